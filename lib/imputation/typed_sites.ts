/** Genotyped variants that the reference lacks, written as they were given. */
import { type Genotypes, getBit, type ImputedBatch, sliceVariants } from "../data/genotypes/mod.ts";

/** The variants of the targets at increasing indices, each a batch of its own with its calls as text. */
export const givenVariants = (targets: Genotypes, indices: ArrayLike<number>): ImputedBatch[] =>
  Array.from(indices, (i) => ({
    ...sliceVariants(targets.variants, i, i + 1),
    probabilities: new Float32Array(2 * targets.samples.length),
    typed: [1],
    given: targets.samples.map((_, s) => callOf(targets, i, s)),
  }));

function callOf({ alleles, missing, unphased, haploid }: Genotypes, i: number, s: number): string {
  const [a, b] = [getBit(alleles, i, 2 * s), getBit(alleles, i, 2 * s + 1)];
  const single = haploid !== null && getBit(haploid, i, s) === 1;
  if (missing && getBit(missing, i, s) === 1) return "./.:.";
  if (single) return `${a}:${a}`;
  // Phase of the file would not be that of the output.
  return unphased || a !== b ? `${Math.min(a, b)}/${Math.max(a, b)}:${a + b}` : `${a}|${b}:${a + b}`;
}

/** Batches with others put among them by position, behind those of the same one. */
export async function* merged(
  batches: AsyncIterable<ImputedBatch>,
  others: readonly ImputedBatch[],
): AsyncGenerator<ImputedBatch> {
  let next = 0;
  for await (const batch of batches) {
    let from = 0;
    const { position } = batch;
    for (let i = 0; i < position.length && next < others.length; i++) {
      if (others[next]!.position[0]! >= position[i]!) continue;
      if (i > from) yield sliceOf(batch, from, i);
      from = i;
      while (next < others.length && others[next]!.position[0]! < position[i]!) yield others[next++]!;
    }
    if (from < position.length) yield sliceOf(batch, from, position.length);
  }
  while (next < others.length) yield others[next++]!;
}

function sliceOf(batch: ImputedBatch, from: number, to: number): ImputedBatch {
  const n = batch.position.length;
  const columns = batch.probabilities.length / n;
  const { haploid, typedR2 } = batch;
  return {
    ...sliceVariants(batch, from, to),
    probabilities: batch.probabilities.subarray(from * columns, to * columns),
    typed: Array.from(batch.typed).slice(from, to),
    ...(haploid ? { haploid: haploid.subarray(from * columns / 2, to * columns / 2) } : {}),
    ...(typedR2 ? { typedR2: typedR2.subarray(from, to) } : {}),
  };
}
