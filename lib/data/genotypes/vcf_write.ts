import { Buffer } from "node:buffer";
import { basename, dirname, join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { reasonOf } from "../../files.ts";
import { isAlternativeAllele, isReferenceAllele, lastBase } from "./alleles.ts";
import type { Variants } from "./genotypes.ts";
import { eachLine } from "./lines.ts";
import { columnLine, firstCall } from "./vcf.ts";

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

/** Most bytes of content in one block, as in htslib: also what deflate cannot make smaller then fits in 64 kB. */
export const BGZF_CONTENT = 65_280;
const HEADER = 18;
const TRAILER = 8;

/**
 * One BGZF block: a gzip member that tells its own length, so that readers can jump from block to block. The block
 * without content is the mark that ends every file.
 *
 * @param content at most 65,280 bytes
 */
export function bgzfBlock(content: Uint8Array, level: number): Uint8Array<ArrayBuffer> {
  if (content.length > BGZF_CONTENT) {
    throw new RangeError(`a block holds ${BGZF_CONTENT} bytes, got ${content.length}`);
  }
  const deflated = deflateRawSync(content, { level });
  const block = new Uint8Array(HEADER + deflated.length + TRAILER);
  const view = new DataView(block.buffer);
  block.set([0x1f, 0x8b, 8, 4], 0); // gzip, deflate, with an extra field; no time, so that equal content is equal bytes
  block[9] = 255; // unknown system
  view.setUint16(10, 6, true);
  block.set([0x42, 0x43, 2, 0], 12); // BC, 2 bytes: the length of the block less one
  view.setUint16(16, block.length - 1, true);
  block.set(deflated, HEADER);
  view.setUint32(block.length - 8, crc32(content), true);
  view.setUint32(block.length - 4, content.length, true);
  return block;
}

/**
 * Writes a BGZF file (bgzip) whole or not at all: to a temporary file beside it, which takes its name at `close`. Every
 * function of it throws a UserError naming the file if the folder cannot be written or the disk is full, and leaves
 * nothing behind.
 *
 * @param level of deflate, 1 (fast) to 9 (small)
 * @param folder of the temporary file, on the same disk
 */
export function bgzfWriter(path: string, level = 6, folder = dirname(path)) {
  const temporary = join(folder, `${basename(path)}.${Deno.pid}.part`);
  const pending = new Uint8Array(BGZF_CONTENT);
  let file: Deno.FsFile | null = null;
  let length = 0;
  let written = 0;

  const cannotWrite = (error: unknown) => new UserError(`cannot write ${path}: ${reasonOf(error)}`);
  const abort = (): void => {
    if (file === null) return;
    file.close();
    file = null;
    Deno.removeSync(temporary);
  };
  const orUserError = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      abort();
      throw cannotWrite(error);
    }
  };
  const endBlock = () =>
    orUserError(() => {
      if (file === null) throw new Error("the file is closed");
      const block = bgzfBlock(pending.subarray(0, length), level);
      for (let at = 0; at < block.length;) at += file.writeSync(block.subarray(at));
      written += block.length;
      length = 0;
    });

  file = orUserError(() => Deno.openSync(temporary, { write: true, create: true, truncate: true }));
  return {
    /** Virtual offset of the next byte: the start of its block in the file, times 65,536, plus its place in the block. */
    offset: (): bigint => (BigInt(written) << 16n) | BigInt(length),
    write(bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length;) {
        const taken = Math.min(BGZF_CONTENT - length, bytes.length - at);
        pending.set(bytes.subarray(at, at + taken), length);
        length += taken;
        at += taken;
        if (length === BGZF_CONTENT) endBlock();
      }
    },
    /** Ends the file and gives it its name. */
    close(): void {
      if (length > 0) endBlock();
      endBlock(); // without content: the mark of the end
      file!.close();
      file = null;
      try {
        Deno.renameSync(temporary, path);
      } catch (error) {
        Deno.removeSync(temporary);
        throw cannotWrite(error);
      }
    },
    /** Removes what was written; does nothing once the file is closed. */
    abort,
  };
}

/** Parts of the file, [begin, end) in virtual offsets, that hold a bin's records. */
type Chunk = [begin: bigint, end: bigint];

/** What a `.tbi` tells of one chromosome. */
interface TabixContent {
  contig: string;
  bins: Map<number, Chunk[]>;
  /** For each window of 16,384 bases the offset of the first record that reaches into it or lies behind. */
  windows: bigint[];
  whole: Chunk;
  records: number;
}

const LONGEST = 2 ** 29;
const WINDOW_BITS = 14;

/** The smallest bin that holds the bases [begin, end), counted from 0: of 16 kb, 128 kb, 1, 8, 64 or 512 Mb. */
export function binOf(begin: number, end: number): number {
  for (let level = 5, bits = WINDOW_BITS; level > 0; level--, bits += 3) {
    if (begin >> bits === (end - 1) >> bits) return (8 ** level - 1) / 7 + (begin >> bits);
  }
  return 0;
}

/** The index of a VCF of one chromosome, made while the file is written. */
export function tabixIndex(contig: string) {
  const content: TabixContent = { contig, bins: new Map(), windows: [], whole: [0n, 0n], records: 0 };
  const { bins, windows } = content;
  let last = 1;
  return {
    /**
     * Takes the next record.
     *
     * @param position counted from 1, not before the last record's
     * @param length bases of REF
     * @param begin virtual offset of its line
     * @param end virtual offset after its line
     * @throws UserError for a position before the last one, or beyond the 2^29 bases that .tbi can hold.
     */
    add(position: number, length: number, begin: bigint, end: bigint): void {
      if (position < last) {
        throw new UserError(`${contig}:${position} comes after ${contig}:${last}: expected sorted positions`);
      }
      const [from, to] = [position - 1, position - 1 + length];
      if (to > LONGEST) {
        throw new UserError(
          `${contig}:${position}: a .tbi index holds positions up to ${LONGEST}; expected a shorter chromosome`,
        );
      }
      last = position;
      const chunks = bins.get(binOf(from, to)) ?? [];
      if (chunks.length === 0) bins.set(binOf(from, to), chunks);
      const previous = chunks.at(-1);
      // Chunks that meet in one block are read at once anyway.
      if (previous && previous[1] >> 16n >= begin >> 16n) previous[1] = end;
      else chunks.push([begin, end]);
      // A window without a record of its own takes the next one's: nothing before it reaches so far.
      while (windows.length <= (to - 1) >> WINDOW_BITS) windows.push(begin);
      content.whole = [content.records === 0 ? begin : content.whole[0], end];
      content.records++;
    },
    content,
  };
}

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

/** The bin that is none: it holds where the chromosome's records lie and how many there are. */
const STATISTICS = 37_450;
const VCF = 2;

/** The content of a `.tbi`, uncompressed: little-endian, numbers of 32 bits, offsets (bigint) of 64. */
export function tabixBytes(contents: readonly TabixContent[]): Uint8Array {
  const names = contents.map(({ contig }) => `${contig}\0`).join("");
  // The chromosomes; their name in column 1, the position in column 2, no column of ends; lines of "#" are the header.
  const head = [contents.length, VCF, 1, 2, 0, "#".charCodeAt(0), 0, Buffer.byteLength(names)];
  const parts: (string | number | bigint)[] = ["TBI\x01", ...head, names];
  for (const { bins, windows, whole, records } of contents) {
    const entries: [bin: number, chunks: Chunk[]][] = [...bins].sort(([a], [b]) => a - b);
    entries.push([STATISTICS, [whole, [BigInt(records), 0n]]]);
    parts.push(entries.length);
    for (const [bin, chunks] of entries) parts.push(bin, chunks.length, ...chunks.flat());
    parts.push(windows.length, ...windows);
  }
  parts.push(0n); // records without a place
  return new Uint8Array(Buffer.concat(parts.map(littleEndian)));
}

function littleEndian(value: string | number | bigint): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  const bytes = Buffer.alloc(typeof value === "number" ? 4 : 8);
  if (typeof value === "number") bytes.writeUInt32LE(value);
  else bytes.writeBigUInt64LE(value);
  return bytes;
}
