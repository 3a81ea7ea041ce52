import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { permutation } from "../permutation.ts";
import { readKnown } from "../read.ts";

/** Images of one size. */
export interface ImageSet {
  count: number;
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: number;
  /** [count, height, width, channels]. */
  values: Uint8Array;
  /** The value of white; black is 0. */
  white: number;
  /** Their files, for images that came from files. */
  names?: string[];
}

/**
 * The images at these places, one after another, with values in [0, 1]: [indices.length, height · width, channels].
 *
 * @throws RangeError for an image that is not there.
 */
export function pixelsOf(set: ImageSet, indices: ArrayLike<number>): Float32Array {
  const size = set.height * set.width * set.channels;
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    imageAt(set, indices[i]!).forEach((value, k) => out[i * size + k] = value / set.white);
  }
  return out;
}

export interface ImageParts {
  train: ImageSet;
  evaluation: ImageSet;
}

/** Training counts its steps from 0: negative numbers are never drawn from there. */
const SPLIT = -1;

/**
 * Cuts a set into images to train on and others to evaluate on, in a random order that follows from the seed.
 *
 * @param share of images to evaluate on; at least one image, and one is left to train on
 * @throws UserError for a share that is not between 0 and 1, and for fewer than 2 images.
 */
export function splitImages(set: ImageSet, share: number, seed: number): ImageParts {
  if (!(share > 0 && share < 1)) {
    throw new UserError(`share of images to evaluate on: expected a number between 0 and 1, found ${share}`);
  }
  if (set.count < 2) throw new UserError(`expected at least 2 images to split, found ${set.count}`);
  const order = permutation(set.count, [seed, SPLIT]);
  const count = Math.min(set.count - 1, Math.max(1, Math.round(share * set.count)));
  return {
    train: selectImages(set, order.subarray(count)),
    evaluation: selectImages(set, order.subarray(0, count)),
  };
}

/** The images at these places, as a set of their own. @throws RangeError for an image that is not there. */
export function selectImages(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  const images = Array.from(indices, (index) => imageAt(set, index));
  const values = new Uint8Array(images.reduce((sum, { length }) => sum + length, 0));
  images.forEach((image, i) => values.set(image, i * image.length));
  const chosen = { ...set, count: images.length, values };
  return set.names ? { ...chosen, names: Array.from(indices, (index) => set.names![index]!) } : chosen;
}

/** The values of one image, where they are. */
function imageAt({ count, height, width, channels, values }: ImageSet, index: number): Uint8Array {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`image ${index} of ${count}`);
  }
  const size = height * width * channels;
  return values.subarray(index * size, (index + 1) * size);
}

const FILE = fileURLToPath(new URL("../../../data/images/digits.csv.gz", import.meta.url));
const DIGEST = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22";
const SIDE = 8;
/** Pixels count how many of 16 finer ones are on. */
const WHITE = 16;

/**
 * 1,797 handwritten digits of 8 x 8 grey pixels; where they are from is told in data/images/README.md.
 *
 * @param file another place of the file
 * @throws UserError if the file is absent or changed.
 */
export async function loadDigits(file = FILE): Promise<ImageSet> {
  const bytes = await readKnown(file, "image", DIGEST);
  const rows = new TextDecoder().decode(gunzipSync(bytes)).trim().split("\n").map((line) => line.split(","));
  const pixels = SIDE * SIDE;
  return {
    count: rows.length,
    height: SIDE,
    width: SIDE,
    channels: 1,
    values: Uint8Array.from(rows.flatMap((row) => row.slice(0, pixels).map(Number))),
    white: WHITE,
  };
}
