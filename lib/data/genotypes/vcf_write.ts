import { UserError } from "../../errors.ts";
import { writeAtomic } from "../../files.ts";
import { type BgzfWriter, bgzfWriter } from "./bgzf.ts";
import type { Variants } from "./genotypes.ts";
import { tabixIndex } from "./tabix.ts";
import { cellWriter, LONGEST_CELL } from "./vcf_write_cells.ts";
import { formatColumn, headerText, type ImputedHeader } from "./vcf_write_header.ts";
import { siteQuality } from "./vcf_write_quality.ts";

/** Variants in file order with what was imputed; the next batch goes on where this one ends. */
export interface ImputedBatch extends Variants {
  /** Probability of ALT, [variants, 2·samples]; columns 2s and 2s + 1 are the haplotypes of sample s. */
  probabilities: Float32Array;
  /** [variants]: true (or 1) where the targets had genotypes, false where all of them are imputed. */
  typed: ArrayLike<boolean | number>;
}

/** How many variants were written, and how many of them are imputed. */
export interface Written {
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
  // Last, for an index that is older than its file is refused.
  await writeAtomic(`${path}.tbi`, index.bytes()).catch(async (error) => {
    await Deno.remove(path);
    throw error;
  });
  return written;
}

/** A function that writes row i of a batch and tells the index. */
function rowWriter(
  writer: BgzfWriter,
  { contig, samples, haplotypes }: ImputedHeader,
  indexed: (position: number, length: number, begin: bigint, end: bigint) => void,
): (batch: ImputedBatch, i: number) => void {
  const encoder = new TextEncoder();
  const columns = 2 * samples.length;
  const cells = cellWriter(haplotypes);
  const line = new Uint8Array(samples.length * LONGEST_CELL + 1);
  const format = formatColumn(haplotypes);
  return ({ position, id, ref, alt, probabilities, typed }, i) => {
    const [from, to] = [i * columns, (i + 1) * columns];
    const { frequency, r2 } = siteQuality(probabilities, from, to);
    const info = `AF=${Number(frequency.toPrecision(4))};DR2=${Number(r2.toFixed(3))}${
      typed[i] ? "" : ";IMP"
    }`;
    checkTexts(`${contig}:${position[i]}`, id[i]!, ref[i]!, alt[i]!);
    const begin = writer.offset();
    writer.write(encoder.encode(
      `${contig}\t${position[i]}\t${id[i]}\t${ref[i]}\t${alt[i]}\t.\tPASS\t${info}\t${format}`,
    ));
    const end = cells(probabilities, from, to, line, 0);
    line[end] = 10; // the end of the line
    writer.write(line.subarray(0, end + 1));
    indexed(position[i]!, ref[i]!.length, begin, writer.offset());
  };
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
