import { type BitMatrix, bitMatrix, popCount } from "./bits.ts";
import { sampleIndices } from "./chosen_samples.ts";
import { type Genotypes, variantCount } from "./genotypes.ts";

/**
 * The genotypes of some samples, in the order of their names.
 *
 * @throws UserError for none, a name that is not there (with those nearest to it), and one that is there twice.
 */
export function selectSamples(genotypes: Genotypes, names: readonly string[]): Genotypes {
  const indices = sampleIndices(genotypes.samples, names, "genotypes");
  const some = (matrix: BitMatrix | null) => matrix && selectColumns(matrix, indices, 1);
  return {
    ...genotypes,
    samples: [...names],
    alleles: selectColumns(genotypes.alleles, indices, 2),
    missing: some(genotypes.missing),
    unphased: some(genotypes.unphased),
  };
}

/** Columns in groups of `width`, those of each index. */
function selectColumns(matrix: BitMatrix, indices: Int32Array, width: 1 | 2): BitMatrix {
  const selected = bitMatrix(matrix.rows, width * indices.length);
  const mask = width === 1 ? 1 : 3;
  for (let row = 0; row < matrix.rows; row++) {
    const from = row * matrix.stride;
    const to = row * selected.stride;
    for (let i = 0; i < indices.length; i++) {
      const column = width * indices[i]!;
      const bits = (matrix.bytes[from + (column >> 3)]! >> (column & 7)) & mask;
      selected.bytes[to + (width * i >> 3)]! |= bits << (width * i & 7);
    }
  }
  return selected;
}

/** The genotypes at some variants, in the order of their indices. */
export function selectVariants(genotypes: Genotypes, indices: ArrayLike<number>): Genotypes {
  const { position, id, ref, alt } = genotypes.variants;
  const at = Array.from(indices);
  const some = (matrix: BitMatrix | null) => matrix && selectRows(matrix, at);
  return {
    ...genotypes,
    variants: {
      position: Int32Array.from(at, (i) => position[i]!),
      id: at.map((i) => id[i]!),
      ref: at.map((i) => ref[i]!),
      alt: at.map((i) => alt[i]!),
    },
    alleles: selectRows(genotypes.alleles, at),
    missing: some(genotypes.missing),
    unphased: some(genotypes.unphased),
  };
}

function selectRows({ columns, stride, bytes }: BitMatrix, indices: readonly number[]): BitMatrix {
  const selected = bitMatrix(indices.length, columns);
  indices.forEach((from, to) =>
    selected.bytes.set(bytes.subarray(from * stride, (from + 1) * stride), to * stride)
  );
  return selected;
}

/**
 * How often each variant's alternative allele is there, [variants]; missing calls count for none.
 *
 * @param sampleIndices counts in these samples alone
 */
export function alleleCounts(genotypes: Genotypes, sampleIndices?: ArrayLike<number>): Uint32Array {
  const { stride, bytes } = genotypes.alleles;
  const counts = new Uint32Array(variantCount(genotypes));
  const mask = new Uint8Array(stride);
  if (sampleIndices === undefined) mask.fill(0xff);
  for (let i = 0; i < (sampleIndices?.length ?? 0); i++) {
    const sample = sampleIndices![i]!;
    mask[sample >> 2]! |= 3 << (2 * (sample & 3));
  }
  for (let row = 0, at = 0; row < counts.length; row++) {
    let count = 0;
    for (let i = 0; i < stride; i++) count += popCount(bytes[at++]! & mask[i]!);
    counts[row] = count;
  }
  return counts;
}

/** Alleles 0 and 1 of some haplotypes at some variants, [haplotypes, variants]; haplotypes 2s and 2s + 1 are of sample s. */
export function haplotypes(
  { alleles }: Genotypes,
  variantIndices: ArrayLike<number>,
  haplotypeIndices: ArrayLike<number>,
): Uint8Array {
  const variants = variantIndices.length;
  const out = new Uint8Array(haplotypeIndices.length * variants);
  for (let v = 0; v < variants; v++) {
    const start = variantIndices[v]! * alleles.stride;
    for (let h = 0, at = v; h < haplotypeIndices.length; h++, at += variants) {
      const column = haplotypeIndices[h]!;
      out[at] = (alleles.bytes[start + (column >> 3)]! >> (column & 7)) & 1;
    }
  }
  return out;
}
