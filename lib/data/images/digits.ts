import { gunzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.ts";
import { readBytes, sha256 } from "../read.ts";
import type { ImageSet } from "./image_set.ts";

const FILE = fileURLToPath(new URL("../../../data/images/digits.csv.gz", import.meta.url));
const DIGEST = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22";
const SIDE = 8;
/** Pixels count how many of 16 finer ones are on. */
const WHITE = 16;

/** Handwritten digits, and which they are. */
export interface Digits extends ImageSet {
  labels: Uint8Array;
}

/**
 * 1,797 handwritten digits of 8 x 8 grey pixels; where they are from is told in data/images/README.md.
 *
 * @param file another place of the file
 * @throws UserError if the file is absent or changed.
 */
export async function loadDigits(file = FILE): Promise<Digits> {
  const bytes = await readBytes(file, "image");
  const found = await sha256(bytes);
  if (found !== DIGEST) throw new UserError(`${file}: expected SHA-256 ${DIGEST}, found ${found}`);
  const rows = new TextDecoder().decode(gunzipSync(bytes)).trim().split("\n").map((line) => line.split(","));
  const pixels = SIDE * SIDE;
  return {
    count: rows.length,
    height: SIDE,
    width: SIDE,
    channels: 1,
    values: Uint8Array.from(rows.flatMap((row) => row.slice(0, pixels).map(Number))),
    white: WHITE,
    labels: Uint8Array.from(rows, (row) => Number(row[pixels])),
  };
}
