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

const TAB = 0x09;
const COLON = 0x3a;
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
  const decoder = new TextDecoder();
  let samples: string[] | undefined;
  let contig = "";
  let [probability, dosage] = [new Float32Array(), new Float32Array()];

  await eachLine(path, "Beagle's output", (bytes, start, end, line) => {
    const place = `${path}, line ${line}`;
    if (bytes[start] === 0x23) {
      if (bytes[start + 1] === 0x23) return true;
      samples = decoder.decode(bytes.subarray(start, end)).split("\t").slice(FIXED);
      return true;
    }
    if (!samples || samples.length === 0) {
      throw new UserError(`${place}: expected a header with samples first`);
    }
    let at = start;
    for (let column = 0; column < FIXED && at < end; column++) at = 1 + cellEnd(bytes, at, end);
    const cells = decoder.decode(bytes.subarray(start, at - 1)).split("\t");
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
    const row = positions.length;
    if ((row + 1) * samples.length > dosage.length) {
      const variants = Math.max(1024, 2 * row);
      probability = grown(probability, variants * 2 * samples.length);
      dosage = grown(dosage, variants * samples.length);
    }
    const fields = fieldsOf(format!, place);
    for (let s = 0; s < samples.length; s++) {
      const stop = cellEnd(bytes, at, end);
      const cell = row * samples.length + s;
      if (!readCell(bytes, at, stop, fields, probability, dosage, cell)) {
        const found = decoder.decode(bytes.subarray(at, stop));
        throw new UserError(
          `${place}, sample ${samples[s]}: expected ${format}, found ${JSON.stringify(found)}`,
        );
      }
      at = stop + 1;
    }
    positions.push(Number(position));
    ref.push(reference!);
    alt.push(alternative!);
    imputed.push(/(^|;)IMP(;|$)/.test(info!) ? 1 : 0);
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
    probability: probability.slice(0, positions.length * 2 * samples.length),
    dosage: dosage.slice(0, positions.length * samples.length),
  };
}

/** Where fields are within a cell; -1 for one that is not there. */
interface Fields {
  genotype: number;
  dosage: number;
  first: number;
  second: number;
}

function fieldsOf(format: string, place: string): Fields {
  const names = format.split(":");
  const [genotype, dosage, first, second] = ["GT", "DS", "AP1", "AP2"].map((name) => names.indexOf(name));
  if (dosage! < 0 && genotype! < 0 && (first! < 0 || second! < 0)) {
    throw new UserError(`${place}: expected the fields AP1 and AP2, DS or GT, found ${format}`);
  }
  return { genotype: genotype!, dosage: dosage!, first: first!, second: second! };
}

/** False for a cell that lacks a field or holds something else. */
function readCell(
  bytes: Uint8Array,
  start: number,
  end: number,
  fields: Fields,
  probability: Float32Array,
  dosage: Float32Array,
  cell: number,
): boolean {
  let [first, second, sum] = [NaN, NaN, NaN];
  let at = start;
  for (let field = 0; at < end; field++) {
    let stop = at;
    while (stop < end && bytes[stop] !== COLON) stop++;
    if (field === fields.first) first = readDecimal(bytes, at, stop);
    else if (field === fields.second) second = readDecimal(bytes, at, stop);
    else if (field === fields.dosage) sum = readDecimal(bytes, at, stop);
    else if (field === fields.genotype && fields.dosage < 0 && fields.first < 0 && stop === at + 3) {
      [first, second] = [readDecimal(bytes, at, at + 1), readDecimal(bytes, at + 2, stop)];
    }
    at = stop + 1;
  }
  if (fields.dosage < 0) sum = first + second;
  else if (fields.first < 0 || fields.second < 0) first = second = sum / 2;
  probability[2 * cell] = first;
  probability[2 * cell + 1] = second;
  dosage[cell] = sum;
  return first >= 0 && second >= 0 && sum >= 0 && first <= 1 && second <= 1 && sum <= 2;
}

function cellEnd(bytes: Uint8Array, start: number, end: number): number {
  const tab = bytes.indexOf(TAB, start);
  return tab < 0 || tab > end ? end : tab;
}

function grown(values: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(length);
  larger.set(values);
  return larger;
}

const POWERS = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * The number that bytes `start` to `end` spell, such as `1` or `0.25`, read without making a string of them.
 *
 * @returns NaN for anything else: signs, exponents, nothing, more than 15 digits
 */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  let [value, digits, decimals] = [0, 0, -1];
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = 10 * value + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (bytes[i] === 0x2e && decimals < 0) decimals = 0;
    else return NaN;
  }
  if (digits === 0 || digits > 15) return NaN;
  return decimals > 0 ? value / POWERS[decimals]! : value;
}
