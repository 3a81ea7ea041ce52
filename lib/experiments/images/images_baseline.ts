import { type ImageParts, pixelsOf } from "../../data/images/mod.ts";

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
