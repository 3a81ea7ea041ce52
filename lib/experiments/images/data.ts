import {
  imageDigest,
  type ImageParts,
  loadCelebA,
  loadDigits,
  loadImages,
  pixelsOf,
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
export async function loadImageData(data: string, size: readonly number[] = [64, 64]): Promise<ImageData> {
  const [kind, folder] = [data.replace(/:.*$/s, ""), /:(.*)$/s.exec(data)?.[1] ?? ""];
  if (kind === "digits" && !data.includes(":")) return named(kind, split(await loadDigits()));
  if (kind === "celeba" || kind === "folder") {
    if (folder === "") throw new UserError(`data: expected ${kind}:FOLDER, found "${data}"`);
    const [height, width, ...more] = size;
    if (!height || !width || more.length > 0) {
      throw new UserError(`size: expected height and width, found ${size.join(",")}`);
    }
    const options = { size: [height, width] as const };
    const parts = kind === "celeba"
      ? await loadCelebA(folder, options)
      : split(await loadImages(folder, { ...options, channels: 3 }));
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

/** The least deviation of the models, which bounds their likelihoods. */
const LEAST = 0.1;

/**
 * Mean log likelihood of a pixel of the images to evaluate on, by a normal distribution for each place: mean and deviation
 * over the images to train on, no deviation below 0.1. It knows nothing of the image: what a model has beyond it comes
 * from the context.
 */
export function placeLikelihood({ train, evaluation }: ImageParts): number {
  const size = train.height * train.width * train.channels;
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  eachValue(train, (value, at) => {
    sum[at]! += value;
    squares[at]! += value * value;
  });
  const mean = sum.map((total) => total / train.count);
  const sigma = squares.map((total, at) => Math.max(LEAST, Math.sqrt(total / train.count - mean[at]! ** 2)));
  let total = 0;
  eachValue(evaluation, (value, at) => {
    const z = (value - mean[at]!) / sigma[at]!;
    total -= z * z / 2 + Math.log(sigma[at]!) + Math.log(2 * Math.PI) / 2;
  });
  return total / (evaluation.count * evaluation.height * evaluation.width);
}

/** Calls back with every value and its place in its image; one image at a time, for sets of any size. */
function eachValue(set: ImageParts["train"], visit: (value: number, at: number) => void): void {
  for (let image = 0; image < set.count; image++) pixelsOf(set, [image]).forEach(visit);
}
