import { dirname } from "node:path";
import { UserError } from "../../errors.ts";
import { isAlternativeAllele, isReferenceAllele, lastBase } from "./alleles.ts";
import { bgzfWriter } from "./bgzf.ts";
import type { Variants } from "./genotypes.ts";
import { eachLine } from "./lines.ts";
import { tabixBytes, type TabixContent, tabixIndex } from "./tabix_write.ts";
import { firstCall } from "./vcf_calls.ts";
import { columnLine } from "./vcf_header.ts";

interface ImputedHeader {
  /** Chromosome as the reference names it. */
  contig: string;
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
  /** Also the probabilities of the genotypes, in the field GP. */
  posteriors?: boolean;
  /** Lines `##ALT` of the symbols among the ALT alleles. */
  symbols?: string[];
  /** Whether records of genotyped variants have the R2 that they have if they are left out (ER2). */
  typedR2?: boolean;
  /** Whether records have END, SVTYPE and SVLEN. */
  structural?: boolean;
  /** Imputed variants of a lower estimated R2 (DR2) are not written; 0 writes all. */
  leastR2?: number;
}

/** Variants in file order with what was imputed; the next batch goes on where this one ends. */
export interface ImputedBatch extends Variants {
  /** Probability of ALT, [variants, 2·samples]; columns 2s and 2s + 1 are the haplotypes of sample s. */
  probabilities: Float32Array;
  /** [variants]: true (or 1) where the targets had genotypes, false where all of them are imputed. */
  typed: ArrayLike<boolean | number>;
  /** [variants, samples]: 1 where a sample has one haplotype, the first of its columns; absent if all have two. */
  haploid?: Uint8Array;
  /** [samples]: the cells GT:DS of a batch of one variant that is written as it was given. */
  given?: string[];
  /** [variants]: R2 at a genotyped variant if it is left out; NaN where it is not known. */
  typedR2?: Float32Array;
}

/** Takes half the time of level 6, for a file that is a tenth larger. */
const LEVEL = 4;

/**
 * Writes imputed genotypes as VCF 4.2 in BGZF, with its tabix index `.tbi` beside it. Rows are taken as they come: the
 * memory needed is that of a batch. The file gets its name when all is written; an error, or one that `rows` throws,
 * leaves nothing behind.
 *
 * @param folder where the file is until it is whole; beside it by default
 * @returns how many variants were written, how many of them are imputed, and how many more were left out for their R2
 * @throws UserError if the file cannot be written, its name does not end in `.vcf.gz`, positions are not sorted, a
 *   sample or an allele cannot be written; RangeError for arrays that do not fit and values that are no probabilities.
 */
export async function writeImputed(
  path: string,
  header: ImputedHeader,
  rows: Iterable<ImputedBatch> | AsyncIterable<ImputedBatch>,
  folder = dirname(path),
): Promise<{ variants: number; imputed: number; leftOut: number }> {
  if (!path.endsWith(".vcf.gz")) throw new UserError(`expected a name ending in .vcf.gz, found ${path}`);
  const head = headerText(header);
  const index = tabixIndex(header.contig);
  const written = { variants: 0, imputed: 0, leftOut: 0 };
  await writeIndexed(path, folder, async (writer) => {
    writer.write(new TextEncoder().encode(head));
    const write = rowWriter(writer, header, index.add);
    for await (const batch of rows) {
      checkBatch(batch, header.samples.length);
      for (let i = 0; i < batch.position.length; i++) {
        if (!write(batch, i)) written.leftOut++;
        else {
          written.variants++;
          if (!batch.typed[i]) written.imputed++;
        }
      }
    }
    return [index.content];
  });
  return written;
}

type BgzfWriter = ReturnType<typeof bgzfWriter>;

/**
 * Writes a file that `fill` fills, and the index of what that returns: last, for an index that is older than
 * its file is refused. Without it the file is removed.
 */
async function writeIndexed(
  path: string,
  folder: string,
  fill: (writer: BgzfWriter) => Promise<TabixContent[]>,
): Promise<void> {
  const writer = bgzfWriter(path, LEVEL, folder);
  let contents: TabixContent[];
  try {
    contents = await fill(writer);
    // An older file's.
    await Deno.remove(`${path}.tbi`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw new UserError(`cannot remove ${path}.tbi: ${error}`);
      }
    });
    writer.close();
  } catch (error) {
    writer.abort();
    throw error;
  }
  try {
    const index = bgzfWriter(`${path}.tbi`, 6, folder);
    index.write(tabixBytes(contents));
    index.close();
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
}

/** A function that writes row i of a batch and tells the index; false if its R2 is too low. */
function rowWriter(
  writer: BgzfWriter,
  { contig, samples, haplotypes, posteriors, leastR2 = 0 }: ImputedHeader,
  indexed: (position: number, length: number, begin: bigint, end: bigint) => void,
): (batch: ImputedBatch, i: number) => boolean {
  const encoder = new TextEncoder();
  const columns = 2 * samples.length;
  const format = `GT:DS${haplotypes ? ":HDS" : ""}${posteriors ? ":GP" : ""}`;
  return ({ position, id, ref, alt, info: more, probabilities, typed, haploid, typedR2, given }, i) => {
    const row = probabilities.subarray(i * columns, (i + 1) * columns);
    const single = haploid?.subarray(i * samples.length, (i + 1) * samples.length);
    const counted = single?.includes(1) ? row.filter((_, h) => h % 2 === 0 || single[h >> 1] === 0) : row;
    const { frequency, r2 } = siteQuality(counted);
    if (!typed[i] && r2 < leastR2) return false;
    const info = given ? more?.[i] || "." : [
      `AF=${Number(frequency.toPrecision(4))};DR2=${Number(r2.toFixed(3))}`,
      ...typed[i] ? [] : ["IMP"],
      ...typedR2 && typedR2[i]! >= 0 ? [`ER2=${Number(typedR2[i]!.toFixed(3))}`] : [],
      ...more?.[i] ? [more[i]] : [],
    ].join(";");
    checkTexts(`${contig}:${position[i]}`, id[i]!, ref[i]!, alt[i]!);
    const cells = given ?? vcfCells(row, { haplotypes, posteriors, haploid: single });
    const form = given ? "GT:DS" : format;
    const fixed = [contig, position[i], id[i], ref[i], alt[i], ".", "PASS", info, form];
    const begin = writer.offset();
    writer.write(encoder.encode(`${[...fixed, ...cells].join("\t")}\n`));
    const length = lastBase(position[i]!, ref[i]!, more?.[i]) - position[i]! + 1;
    indexed(position[i]!, length, begin, writer.offset());
    return true;
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

type CellOptions = Pick<ImputedHeader, "haplotypes" | "posteriors"> & { haploid?: Uint8Array };

/**
 * The cells `GT:DS` of a variant, with HDS and GP if asked: GT has the likelier allele of each haplotype, DS the sum of both
 * probabilities of ALT, from 0 to 2, or to 1 where a sample has one haplotype.
 *
 * @param probabilities of ALT, two a sample
 * @throws RangeError for a value that is no probability.
 */
export function vcfCells(
  probabilities: Float32Array,
  { haplotypes, posteriors, haploid }: CellOptions,
): string[] {
  return Array.from({ length: probabilities.length / 2 }, (_, s) => {
    const [a, b] = [probabilities[2 * s]!, probabilities[2 * s + 1]!];
    if (!(a >= -SLACK && a <= 1 + SLACK && b >= -SLACK && b <= 1 + SLACK)) {
      throw new RangeError(`expected probabilities, found ${a} and ${b} for sample ${s}`);
    }
    if (haploid?.[s] === 1) {
      return `${a > 0.5 ? 1 : 0}:${decimals(a)}${haplotypes ? `:${decimals(a)}` : ""}` +
        (posteriors ? `:${decimals(1 - a)},${decimals(a)}` : "");
    }
    return `${a > 0.5 ? 1 : 0}|${b > 0.5 ? 1 : 0}:${decimals(a + b)}` +
      (haplotypes ? `:${decimals(a)},${decimals(b)}` : "") +
      (posteriors
        ? `:${decimals((1 - a) * (1 - b))},${decimals(a * (1 - b) + b * (1 - a))},${decimals(a * b)}`
        : "");
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
  if (/^\S+$/.test(id) && isReferenceAllele(ref) && isAlternativeAllele(alt)) return;
  throw new UserError(
    `${where}: expected an ID and two alleles, found ID "${id}", REF "${ref}", ALT "${alt}"`,
  );
}

/** Keys that have a meaning in VCF, in any case of letters. */
const RESERVED =
  /^(fileformat|filedate|source|contig|filter|info|format|alt|assembly|meta|sample|pedigree\w*)$/i;

const HAPLOTYPES =
  '##FORMAT=<ID=HDS,Number=.,Type=Float,Description="Estimated probability of ALT on each haplotype">';
const POSTERIORS =
  '##FORMAT=<ID=GP,Number=G,Type=Float,Description="Estimated probability of each genotype">';
const LEFT_OUT =
  '##INFO=<ID=ER2,Number=1,Type=Float,Description="Squared correlation of the alleles given and those imputed ' +
  'by the copying model without this variant">';
const STRUCTURAL = [
  '##INFO=<ID=END,Number=1,Type=Integer,Description="Last base of the variant">',
  '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">',
  '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="Difference in length between ALT and REF">',
];

/**
 * The header of a VCF 4.2, to the line of column names.
 *
 * @throws UserError for no samples, a sample's name that VCF cannot hold or that is there twice; RangeError for a key
 *   that no further line can have.
 */
export function headerText(header: ImputedHeader): string {
  const { contig, contigLength, samples, source, notes = {}, date = today(), haplotypes, posteriors } =
    header;
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
    ...(header.typedR2 ? [LEFT_OUT] : []),
    ...(header.structural ? STRUCTURAL : []),
    ...(header.symbols ?? []),
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=DS,Number=A,Type=Float,Description="Estimated dosage of ALT, 0 to 2">',
    ...(haplotypes ? [HAPLOTYPES] : []),
    ...(posteriors ? [POSTERIORS] : []),
    columnLine(samples),
  ];
  return lines.join("\n") + "\n";
}

/** @throws UserError for no samples, a name that VCF cannot hold and one that is there twice. */
export function checkSamples(samples: string[]): void {
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

/** Joins imputed files of one chromosome each, as writeImputed writes them, with an index of all. */
export async function joinImputed(path: string, files: readonly string[], folder: string): Promise<void> {
  const heads: string[][] = [];
  for (const file of files) {
    const head: string[] = [];
    await eachLine(file, "VCF", (bytes, start, end) => {
      if (bytes[start] !== 0x23) return false;
      return head.push(new TextDecoder().decode(bytes.subarray(start, end))) > 0;
    });
    heads.push(head);
  }
  const isContig = (line: string) => line.startsWith("##contig=");
  const lines = [...new Set(heads.flat())].filter((line) => line.startsWith("##"));
  const first = lines.findIndex(isContig);
  const merged = [
    ...lines.slice(0, first),
    ...heads.flat().filter(isContig),
    ...lines.slice(first).filter((line) => !isContig(line)),
    heads[0]!.at(-1)!,
  ];
  await writeIndexed(path, folder, async (writer) => {
    const contents: TabixContent[] = [];
    writer.write(new TextEncoder().encode(merged.map((line) => `${line}\n`).join("")));
    for (const file of files) {
      let index: ReturnType<typeof tabixIndex> | undefined;
      await eachLine(file, "VCF", (bytes, start, end) => {
        if (bytes[start] === 0x23) return true;
        const text = new TextDecoder().decode(bytes.subarray(start, firstCall(bytes, start, end)));
        const [contig, position, , ref, , , , info] = text.split("\t") as string[];
        index ??= tabixIndex(contig!);
        const begin = writer.offset();
        writer.write(bytes.subarray(start, end));
        writer.write(Uint8Array.of(0x0a));
        const length = lastBase(Number(position), ref!, info) - Number(position) + 1;
        index.add(Number(position), length, begin, writer.offset());
        return true;
      });
      if (index) contents.push(index.content);
    }
    return contents;
  });
}
