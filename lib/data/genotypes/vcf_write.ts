import { UserError } from "../../errors.ts";
import { bgzfWriter } from "./bgzf.ts";
import type { Variants } from "./genotypes.ts";
import { tabixIndex } from "./tabix.ts";

/** What stands above the records of an imputed VCF. */
interface ImputedHeader {
  /** Chromosome as the reference names it. */
  contig: string;
  /** Bases of the chromosome, if known. */
  contigLength?: number;
  samples: string[];
  /** The program and its version. */
  source: string;
  /** More lines `##key=value`: the command, the model, the seed, how the targets were phased. */
  notes?: Record<string, string>;
  /** YYYYMMDD; today if absent. */
  date?: string;
  /** Also the probabilities of both haplotypes, in the field HDS as Minimac has them. */
  haplotypes?: boolean;
}

/** Variants in file order with what was imputed; the next batch goes on where this one ends. */
export interface ImputedBatch extends Variants {
  /** Probability of ALT, [variants, 2·samples]; columns 2s and 2s + 1 are the haplotypes of sample s. */
  probabilities: Float32Array;
  /** [variants]: true (or 1) where the targets had genotypes, false where all of them are imputed. */
  typed: ArrayLike<boolean | number>;
}

/** How many variants were written, and how many of them are imputed. */
interface Written {
  variants: number;
  imputed: number;
}

/** Takes half the time of level 6, for a file that is a tenth larger. */
const LEVEL = 4;

/**
 * Writes imputed genotypes as VCF 4.2 in BGZF, with its tabix index `.tbi` beside it. Rows are taken as they come: the
 * memory needed is that of a batch. The file gets its name when all is written; an error, or one that `rows` throws,
 * leaves nothing behind.
 *
 * @throws UserError if the file cannot be written, its name does not end in `.vcf.gz`, positions are not sorted, a
 *   sample or an allele cannot be written; RangeError for arrays that do not fit and values that are no probabilities.
 */
export async function writeImputed(
  path: string,
  header: ImputedHeader,
  rows: Iterable<ImputedBatch> | AsyncIterable<ImputedBatch>,
): Promise<Written> {
  if (!path.endsWith(".vcf.gz")) throw new UserError(`expected a name ending in .vcf.gz, found ${path}`);
  const head = headerText(header);
  const writer = bgzfWriter(path, LEVEL);
  const index = tabixIndex(header.contig);
  const written = { variants: 0, imputed: 0 };
  try {
    writer.write(new TextEncoder().encode(head));
    const write = rowWriter(writer, header, index.add);
    for await (const batch of rows) {
      checkBatch(batch, header.samples.length);
      for (let i = 0; i < batch.position.length; i++) write(batch, i);
      written.variants += batch.position.length;
      for (let i = 0; i < batch.position.length; i++) if (!batch.typed[i]) written.imputed++;
    }
    await removeIfThere(`${path}.tbi`); // an older file's
    writer.close();
  } catch (error) {
    writer.abort();
    throw error;
  }
  try {
    // Last, for an index that is older than its file is refused.
    const file = bgzfWriter(`${path}.tbi`);
    file.write(index.bytes());
    file.close();
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
  return written;
}

/** A function that writes row i of a batch and tells the index. */
function rowWriter(
  writer: ReturnType<typeof bgzfWriter>,
  { contig, samples, haplotypes }: ImputedHeader,
  indexed: (position: number, length: number, begin: bigint, end: bigint) => void,
): (batch: ImputedBatch, i: number) => void {
  const encoder = new TextEncoder();
  const columns = 2 * samples.length;
  const format = haplotypes ? "GT:DS:HDS" : "GT:DS";
  return ({ position, id, ref, alt, probabilities, typed }, i) => {
    const row = probabilities.subarray(i * columns, (i + 1) * columns);
    const { frequency, r2 } = siteQuality(row);
    const info = `AF=${Number(frequency.toPrecision(4))};DR2=${Number(r2.toFixed(3))}${
      typed[i] ? "" : ";IMP"
    }`;
    checkTexts(`${contig}:${position[i]}`, id[i]!, ref[i]!, alt[i]!);
    const fixed = [contig, position[i], id[i], ref[i], alt[i], ".", "PASS", info, format];
    const begin = writer.offset();
    writer.write(encoder.encode(`${[...fixed, ...vcfCells(row, haplotypes)].join("\t")}\n`));
    indexed(position[i]!, ref[i]!.length, begin, writer.offset());
  };
}

/** Steps of a probability. */
const STEPS = 1000;
/** Dosages 0 to 2 with three decimals, without zeros at the end; made once, since there are many millions of cells. */
const DECIMALS = Array.from({ length: 2 * STEPS + 1 }, (_, steps) => String(steps / STEPS));
/** Single precision: a softmax may leave [0, 1] by so much. */
const SLACK = 1e-4;

/** For at least -SLACK, so that truncation towards 0 rounds. */
const decimals = (value: number): string => DECIMALS[(value * STEPS + 0.5) | 0]!;

/**
 * The cells `GT:DS` or `GT:DS:HDS` of a variant: GT has the likelier allele of each haplotype, DS the sum of both
 * probabilities of ALT.
 *
 * @param probabilities of ALT, two a sample
 * @throws RangeError for a value that is no probability.
 */
export function vcfCells(probabilities: Float32Array, haplotypes = false): string[] {
  return Array.from({ length: probabilities.length / 2 }, (_, s) => {
    const [a, b] = [probabilities[2 * s]!, probabilities[2 * s + 1]!];
    if (!(a >= -SLACK && a <= 1 + SLACK && b >= -SLACK && b <= 1 + SLACK)) {
      throw new RangeError(`expected probabilities, found ${a} and ${b} for sample ${s}`);
    }
    const cell = `${a > 0.5 ? 1 : 0}|${b > 0.5 ? 1 : 0}:${decimals(a + b)}`;
    return haplotypes ? `${cell}:${decimals(a)},${decimals(b)}` : cell;
  });
}

/**
 * Estimated frequency of ALT, the mean of a variant's probabilities, and the estimated squared correlation of imputed
 * and true alleles: the variance of the probabilities over q (1 - q), the variance of alleles of that frequency. This
 * is Minimac's Rsq; Beagle's DR2 has dosages of samples and their own variance in its place. 0 where all are equal.
 */
export function siteQuality(probabilities: Float32Array): { frequency: number; r2: number } {
  let [sum, squares] = [0, 0];
  for (const p of probabilities) {
    sum += p;
    squares += p * p;
  }
  const frequency = sum / probabilities.length;
  const expected = frequency * (1 - frequency);
  const variance = squares / probabilities.length - frequency * frequency;
  return { frequency, r2: expected > 0 ? Math.min(1, Math.max(0, variance) / expected) : 0 };
}

function checkBatch({ position, id, ref, alt, probabilities, typed }: ImputedBatch, samples: number): void {
  const n = position.length;
  const lengths = [id.length, ref.length, alt.length, typed.length, probabilities.length / (2 * samples)];
  if (lengths.some((length) => length !== n)) {
    throw new RangeError(
      `a batch of ${n} variants and ${samples} samples has id, ref, alt, typed, probabilities of ${lengths} rows`,
    );
  }
}

function checkTexts(where: string, id: string, ref: string, alt: string): void {
  if (/^[^\s;]+(;[^\s;]+)*$/.test(id) && /^[ACGTNacgtn]+$/.test(ref) && /^[^\s,;]+$/.test(alt)) return;
  throw new UserError(
    `${where}: expected an ID and two alleles, found ID "${id}", REF "${ref}", ALT "${alt}"`,
  );
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw new UserError(`cannot remove ${path}: ${error}`);
  }
}

/** Keys that have a meaning in VCF, in any case of letters. */
const RESERVED =
  /^(fileformat|filedate|source|contig|filter|info|format|alt|assembly|meta|sample|pedigree\w*)$/i;

const HAPLOTYPES =
  '##FORMAT=<ID=HDS,Number=2,Type=Float,Description="Estimated probability of ALT on each haplotype">';

/**
 * The header of a VCF 4.2, to the line of column names.
 *
 * @throws UserError for no samples, a sample's name that VCF cannot hold or that is there twice; RangeError for a key
 *   that no further line can have.
 */
export function headerText(header: ImputedHeader): string {
  const { contig, contigLength, samples, source, notes = {}, date = today(), haplotypes } = header;
  checkSamples(samples);
  const lines = [
    "##fileformat=VCFv4.2",
    `##fileDate=${date}`,
    `##source=${oneLine(source)}`,
    ...Object.entries(notes).map(([key, value]) => {
      if (!/^[A-Za-z_][\w.-]*$/.test(key) || RESERVED.test(key)) {
        throw new RangeError(`"${key}" cannot name a line`);
      }
      return `##${key}=${oneLine(value)}`;
    }),
    `##contig=<ID=${contig}${contigLength === undefined ? "" : `,length=${contigLength}`}>`,
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Estimated frequency of ALT">',
    '##INFO=<ID=DR2,Number=A,Type=Float,Description="Estimated squared correlation of imputed and true alleles ' +
    "(variance of the probabilities over q(1-q), as Minimac's Rsq)\">",
    '##INFO=<ID=IMP,Number=0,Type=Flag,Description="Imputed: not among the genotypes given">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=DS,Number=A,Type=Float,Description="Estimated dosage of ALT, 0 to 2">',
    ...(haplotypes ? [HAPLOTYPES] : []),
    ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", ...samples].join("\t"),
  ];
  return lines.join("\n") + "\n";
}

function checkSamples(samples: string[]): void {
  if (samples.length === 0) throw new UserError("expected at least one sample to write, found none");
  const seen = new Set<string>();
  for (const name of samples) {
    if (name === "" || /\p{Cc}/u.test(name)) {
      throw new UserError(
        `expected a sample's name without control characters, found ${JSON.stringify(name)}`,
      );
    }
    if (seen.has(name)) throw new UserError(`expected distinct samples, found "${name}" twice`);
    seen.add(name);
  }
}

/** A value that begins with "<" would be read as fields. */
const oneLine = (value: string): string => value.replace(/\p{Cc}+/gu, " ").replace(/^</, " <");

const today = (): string => new Date().toISOString().slice(0, 10).replaceAll("-", "");
