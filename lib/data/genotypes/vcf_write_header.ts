import { UserError } from "../../errors.ts";
import type { HaplotypeFields } from "./vcf_write_cells.ts";

/** What stands above the records of an imputed VCF. */
export interface ImputedHeader {
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
  /** Also the probabilities of both haplotypes. */
  haplotypes?: HaplotypeFields;
}

/** Keys that have a meaning in VCF, in any case of letters. */
const RESERVED =
  /^(fileformat|filedate|source|contig|filter|info|format|alt|assembly|meta|sample|pedigree\w*)$/i;

const HAPLOTYPE_LINES: Record<HaplotypeFields, string[]> = {
  HDS: [
    '##FORMAT=<ID=HDS,Number=2,Type=Float,Description="Estimated probability of ALT on each haplotype">',
  ],
  AP: [
    '##FORMAT=<ID=AP1,Number=A,Type=Float,Description="Estimated probability of ALT on the first haplotype">',
    '##FORMAT=<ID=AP2,Number=A,Type=Float,Description="Estimated probability of ALT on the second haplotype">',
  ],
};

/** The FORMAT column. */
export const formatColumn = (fields?: HaplotypeFields): string =>
  "GT:DS" + (fields === undefined ? "" : fields === "AP" ? ":AP1:AP2" : ":HDS");

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
    ...(haplotypes === undefined ? [] : HAPLOTYPE_LINES[haplotypes]),
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
