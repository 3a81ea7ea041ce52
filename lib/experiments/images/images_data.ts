import {
  imageDigest,
  type ImageParts,
  type ImageSize,
  loadCelebA,
  loadDigits,
  loadImages,
  splitImages,
} from "../../data/images/mod.ts";
import { unknown } from "../../data/nearest.ts";
import { UserError } from "../../errors.ts";
import type { RunIdentity } from "../../results/mod.ts";

/** Images to complete: those to train on, those to test on, and what they are called in records. */
export interface ImageData extends ImageParts {
  identity: RunIdentity["data"];
}

/** Of images without parts of their own, this share is for evaluation, the same for every run. */
const EVALUATION_SHARE = 0.2;
const SPLIT_SEED = 0;

/**
 * Images by what a user calls them.
 *
 * @param data "digits" (8 x 8, grey), "celeba:FOLDER" or "folder:PATH" (both in colour)
 * @param size to which images of folders are made
 * @throws UserError for other data; see loadCelebA and loadImages.
 */
export async function loadImageData(data: string, size: ImageSize = [64, 64]): Promise<ImageData> {
  const [kind, folder] = [data.replace(/:.*$/s, ""), /:(.*)$/s.exec(data)?.[1] ?? ""];
  if (kind === "digits" && !data.includes(":")) return named(kind, split(await loadDigits()));
  if (kind === "celeba" || kind === "folder") {
    if (folder === "") throw new UserError(`data: expected ${kind}:FOLDER, found "${data}"`);
    const parts = kind === "celeba"
      ? await loadCelebA(folder, { size })
      : split(await loadImages(folder, { size, channels: 3 }));
    return named(kind, parts);
  }
  throw new UserError(
    `data: there are no images ${unknown(data, ["digits", "celeba:FOLDER", "folder:PATH"])}`,
  );
}

const split = (set: ImageParts["train"]) => splitImages(set, EVALUATION_SHARE, SPLIT_SEED);

function named(kind: string, parts: ImageParts): ImageData {
  const { height, width } = parts.train;
  const sha256 = imageDigest(parts.train, parts.evaluation);
  return { ...parts, identity: { name: `${kind} ${height}x${width}`, sha256 } };
}
