/** Reads what Beagle imputed. */
import { eachLine } from "../data/genotypes/lines.ts";
import { UserError } from "../errors.ts";

export interface BeagleOutput {
  contig: string;
  samples: string[];
  /** [variants], counted from 1. */
  positions: Int32Array;
  ref: string[];
  alt: string[];
  /** [variants]: 1 for one that was imputed, 0 for one that the targets have. */
  imputed: Uint8Array;
  /**
   * [variants · 2 · samples]: the probability of ALT; columns 2s and 2s + 1 are the haplotypes of sample s. Of the fields AP1
   * and AP2; without these half the dosage for both.
   */
  probability: Float32Array;
  /** [variants · samples]: the expected number of ALT alleles, of the field DS; without it the sum of the two. */
  dosage: Float32Array;
}

/** Columns before those of the samples. */
const FIXED = 9;

/**
 * Reads a VCF that Beagle wrote, plain or gzip. Variants without DS and AP1, AP2 count by their genotype (GT), which is certain.
 *
 * @throws UserError with the line for a file without samples, several ALT alleles, a missing or odd value, or a second
 * chromosome
 */
export async function readBeagle(path: string): Promise<BeagleOutput> {
  const [positions, ref, alt, imputed]: [number[], string[], string[], number[]] = [[], [], [], []];
  // Rows one by one: an array of all values could not grow without a copy.
  const [probability, dosage]: [Float32Array[], Float32Array[]] = [[], []];
  const decoder = new TextDecoder();
  let samples: string[] | undefined;
  let contig = "";
  await eachLine(path, "Beagle's output", (bytes, start, end, line) => {
    const place = `${path}, line ${line}`;
    const cells = decoder.decode(bytes.subarray(start, end)).split("\t");
    if (cells[0]!.startsWith("#")) {
      if (!cells[0]!.startsWith("##")) samples = cells.slice(FIXED);
      return true;
    }
    if (!samples || samples.length === 0) {
      throw new UserError(`${place}: expected a header with samples first`);
    }
    if (cells.length < FIXED) {
      throw new UserError(`${place}: expected ${FIXED} columns and samples, found ${cells.length}`);
    }
    const [chromosome, position, , reference, alternative, , , info, format] = cells;
    contig ||= chromosome!;
    if (chromosome !== contig) {
      throw new UserError(`${place}: expected chromosome ${contig}, found ${chromosome}`);
    }
    if (alternative!.includes(",")) {
      throw new UserError(`${place}: expected one ALT allele, found ${alternative}`);
    }
    const read = cellReader(format!, place);
    const [pairs, sums] = [new Float32Array(2 * samples.length), new Float32Array(samples.length)];
    samples.forEach((sample, s) => {
      const cell = cells[FIXED + s] ?? "";
      const [first, second, sum] = read(cell);
      if (!(first >= 0 && second >= 0 && sum >= 0 && first <= 1 && second <= 1 && sum <= 2)) {
        throw new UserError(
          `${place}, sample ${sample}: expected ${format}, found ${JSON.stringify(cell)}`,
        );
      }
      pairs.set([first, second], 2 * s);
      sums[s] = sum;
    });
    positions.push(Number(position));
    ref.push(reference!);
    alt.push(alternative!);
    imputed.push(/(^|;)IMP(;|$)/.test(info!) ? 1 : 0);
    probability.push(pairs);
    dosage.push(sums);
    return true;
  });
  if (!samples) throw new UserError(`${path}: expected a VCF with a header, found none`);
  return {
    contig,
    samples,
    positions: Int32Array.from(positions),
    ref,
    alt,
    imputed: Uint8Array.from(imputed),
    probability: together(probability),
    dosage: together(dosage),
  };
}

/** Reads both probabilities and the dosage of a cell; NaN for a field that it lacks or that is no number. */
function cellReader(format: string, place: string): (cell: string) => [number, number, number] {
  const names = format.split(":");
  const [gt, ds, ap1, ap2] = ["GT", "DS", "AP1", "AP2"].map((name) => names.indexOf(name)) as [
    ...[number, number, number, number],
  ];
  const numberIn = (text: string | undefined) => text ? Number(text) : NaN;
  const haplotypes = ap1 >= 0 && ap2 >= 0;
  if (ds < 0 && gt < 0 && !haplotypes) {
    throw new UserError(`${place}: expected the fields AP1 and AP2, DS or GT, found ${format}`);
  }
  return (cell) => {
    const fields = cell.split(":");
    const sum = numberIn(fields[ds]);
    if (!haplotypes && ds >= 0) return [sum / 2, sum / 2, sum];
    const [a, b] = haplotypes ? [fields[ap1], fields[ap2]] : fields[gt]!.split(/[|/]/);
    const [first, second] = [numberIn(a), numberIn(b)];
    return [first, second, ds < 0 ? first + second : sum];
  };
}

function together(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}
