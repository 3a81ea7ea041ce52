/** Which texts follow GT and DS: `HDS` both probabilities as Minimac has them, `AP` as Beagle's AP1 and AP2. */
export type HaplotypeFields = "HDS" | "AP";

/** Bytes of one slot of a table of texts; the last one is the text's length. */
const SLOT = 16;
/** Steps of a probability. */
const STEPS = 1000;
/** Steps of a dosage, 0 to 2. */
const DOSAGES = 2 * STEPS + 1;
/** Single precision: a softmax may leave [0, 1] by so much. */
const SLACK = 1e-4;

function textTable(texts: string[]): Uint8Array {
  const table = new Uint8Array(texts.length * SLOT);
  texts.forEach((text, i) => {
    for (let k = 0; k < text.length; k++) table[i * SLOT + k] = text.charCodeAt(k);
    table[i * SLOT + SLOT - 1] = text.length;
  });
  return table;
}

/** Three decimals, without zeros at the end. */
const decimals = (steps: number): string => String(steps / STEPS);

const GENOTYPES = ["0|0", "0|1", "1|0", "1|1"];

/** Most bytes of one cell. */
export const LONGEST_CELL = "\t0|0:0.000:0.000:0.000".length;

/** Writes the cells of some samples into `out` from `at`; returns where they end. */
export type CellWriter = (
  probabilities: Float32Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
) => number;

/**
 * A writer of cells `GT:DS` (or `GT:DS:HDS`, `GT:DS:AP1:AP2`), each after a tab. Every text a cell can have is made
 * once: what is left to do is to copy bytes.
 *
 * GT has the likelier allele of each haplotype, DS the sum of both probabilities of ALT, to three decimals. The writer
 * throws RangeError for a value that is no probability.
 */
export function cellWriter(fields?: HaplotypeFields): CellWriter {
  const cells = textTable(
    GENOTYPES.flatMap((gt) => Array.from({ length: DOSAGES }, (_, steps) => `\t${gt}:${decimals(steps)}`)),
  );
  const first = textTable(Array.from({ length: STEPS + 1 }, (_, steps) => `:${decimals(steps)}`));
  const separator = fields === "AP" ? ":" : ",";
  const second = textTable(Array.from({ length: STEPS + 1 }, (_, steps) => `${separator}${decimals(steps)}`));
  const copy = (table: Uint8Array, index: number, out: Uint8Array, at: number): number => {
    const slot = index * SLOT;
    const length = table[slot + SLOT - 1]!;
    for (let k = 0; k < length; k++) out[at + k] = table[slot + k]!;
    return at + length;
  };
  return (probabilities, from, to, out, at) => {
    for (let h = from; h < to; h += 2) {
      const a = probabilities[h]!;
      const b = probabilities[h + 1]!;
      if (!(a >= -SLACK && a <= 1 + SLACK && b >= -SLACK && b <= 1 + SLACK)) {
        throw new RangeError(`expected probabilities, found ${a} and ${b} for sample ${(h - from) / 2}`);
      }
      const genotype = (a > 0.5 ? 2 : 0) + (b > 0.5 ? 1 : 0);
      at = copy(cells, genotype * DOSAGES + nearestStep(a + b), out, at);
      if (fields === undefined) continue;
      at = copy(first, nearestStep(a), out, at);
      at = copy(second, nearestStep(b), out, at);
    }
    return at;
  };
}

/** For at least -SLACK, so that truncation towards 0 rounds. */
const nearestStep = (value: number): number => (value * STEPS + 0.5) | 0;
