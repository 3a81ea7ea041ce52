import { UserError } from "../../errors.ts";
import { isAlternativeAllele, isReferenceAllele, isStructural, lastBase, structuralInfo } from "./alleles.ts";
import {
  type BitMatrix,
  formatRegion,
  type Genotypes,
  LAST_POSITION,
  type Region,
  sameContig,
} from "./genotypes.ts";
import { eachLine } from "./lines.ts";
import { likelihoodField, likelihoodsOf, readLikelihoods, type RecordLikelihoods } from "./likelihoods.ts";
import { noOddities, type Oddities, tally } from "./tally.ts";
import { regionStart } from "./tabix.ts";
import { phaseSetFields, readPhaseSets, type SetNumbers } from "./phase_sets.ts";

/**
 * Reads the genotypes of a VCF, plain or compressed with gzip or bgzip, or BCF, as a stream: memory is that of the result. Missing
 * calls may be `./.`, `.|.` or `.`; those missing by half, such as `0/.`, count as missing. A record with several ALT
 * alleles is one variant for each, in which the others count as 0; of equal variants the first one stays, but structural
 * ones with another ID, END or length are others. What REF and ALT are not of VCF's letters is left out. All this is counted.
 * PL, GL or GP are read where there is no GT or a call is missing.
 * Lines may end with CR and LF. A region of a bgzip file with an index is read from its beginning on.
 *
 * @throws UserError, with line, position and sample where there is one, for a file that is no VCF, cut short or damaged, for
 *   records that do not fit the header, genotypes that are none or of more than two alleles, positions that decrease, a second chromosome
 *   if no region is asked for, and a region without records.
 */
export async function readVcf(path: string, options: VcfOptions = {}): Promise<ReadGenotypes> {
  const lines: string[] = [];
  let reader: ReturnType<typeof recordReader> | undefined;
  const offset = options.region && await regionStart(path, options.region);
  await eachLine(path, "VCF", (bytes, start, end, line) => {
    if (reader) return end === start || reader.read(bytes, start, end, line);
    const text = new TextDecoder().decode(bytes.subarray(start, end));
    if (!text.startsWith("#")) throw new UserError(startProblem(path, line, bytes.subarray(start, end)));
    lines.push(text);
    if (text.startsWith("##")) return true;
    reader = recordReader(path, parseVcfHeader(lines, path), options, offset !== undefined);
    return offset === undefined;
  });
  if (reader && offset) {
    const { read } = reader;
    const onLine = (bytes: Uint8Array, start: number, end: number, line: number) =>
      end === start || read(bytes, start, end, line);
    await eachLine(path, "VCF", onLine, { from: offset });
  }
  if (!reader) throw new UserError(`${path}: expected a VCF with a line #CHROM, found ${found(lines)}`);
  return reader.done();
}

/** The chromosomes of a VCF in the order of its records; none for a file that begins without a header. */
export async function contigsOf(path: string): Promise<string[]> {
  const contigs = new Set<string>();
  let last = new Uint8Array();
  await eachLine(path, "VCF", (bytes, start, end, line) => {
    if (end === start || bytes[start] === 0x23) return true;
    if (line === 1) return false;
    const same = last.length > 0 && bytes[start + last.length] === TAB &&
      last.every((byte, i) => bytes[start + i] === byte);
    if (same) return true;
    const tab = bytes.indexOf(TAB, start);
    if (tab < 0 || tab > end) {
      const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 40)));
      throw new UserError(`${path}, line ${line}: expected columns with tabs between them, found "${text}"`);
    }
    last = bytes.slice(start, tab);
    contigs.add(new TextDecoder().decode(last));
    return true;
  });
  return [...contigs];
}

const found = (lines: string[]) => lines.length === 0 ? "an empty file" : `none in ${lines.length} lines`;

/** What files that are no VCF begin with. */
const KINDS: [start: string, what: string][] = [
  ["BCF", "BCF of another version than 2; `bcftools view` makes a VCF of it"],
  ["PK", "a zip archive; unpack it first"],
  ["\xfd7zXZ", "an xz archive; unpack it first"],
  ["BZh", "a bzip2 archive; unpack it first"],
  ["<", "a web page or XML; a download may have failed"],
];

/** The message about a line that is no header where one is due. */
function startProblem(path: string, line: number, bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 60));
  const kind = line === 1 ? KINDS.find(([start]) => text.startsWith(start))?.[1] : undefined;
  // deno-lint-ignore no-control-regex
  const found = kind ?? (/[\0-\x08\x0e-\x1f]/.test(text) ? "binary data" : `"${text}"`);
  const due = line === 1 ? "##fileformat=VCF" : "#CHROM before the first record";
  const name = line === 1 && path.endsWith("gz") ? " (plain, or gzip by its content)" : "";
  return `${path}, line ${line}: expected a VCF with a line ${due}${name}, found ${found}`;
}

interface VcfHeader {
  samples: string[];
  /** Lengths of the chromosomes that have a `##contig` line with one. */
  contigLengths: Map<string, number>;
  /** Lines `##ALT`, which tell what symbols mean. */
  symbols: string[];
}

const FIXED = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"];

export const columnLine = (samples: readonly string[]): string => [...FIXED, ...samples].join("\t");

const FIXED_COLUMNS = FIXED.length;

/** @param lines from `##fileformat` to `#CHROM` @throws UserError with the line for what is wrong */
function parseVcfHeader(lines: readonly string[], path: string): VcfHeader {
  const place = `${path}, line ${lines.length}`;
  const columns = lines.at(-1)!.split("\t");
  const wrong = FIXED.findIndex((name, i) => columns[i] !== name);
  if (columns.length === 8 && wrong === 8) {
    throw new UserError(`${place}: expected FORMAT and samples after INFO, found none: a VCF of sites alone`);
  }
  if (wrong >= 0) {
    throw new UserError(
      `${place}: expected the columns ${FIXED.join(" ")} with tabs between them, found ` +
        `"${columns[wrong] ?? "nothing"}" where ${FIXED[wrong]} is due`,
    );
  }
  const samples = columns.slice(FIXED_COLUMNS);
  if (samples.length === 0) throw new UserError(`${place}: expected samples after FORMAT, found none`);
  const first = new Map<string, number>();
  samples.forEach((name, i) => {
    const earlier = first.get(name);
    if (name === "") throw new UserError(`${place}: sample ${i + 1} has no name`);
    if (name.includes("\ufffd")) {
      throw new UserError(
        `${place}: expected names of samples in UTF-8, found other bytes in that of sample ${i + 1} ` +
          `("${name}"); iconv -f latin1 -t utf8 may help`,
      );
    }
    if (earlier !== undefined) {
      throw new UserError(`${place}: samples ${earlier + 1} and ${i + 1} are both called "${name}"`);
    }
    first.set(name, i);
  });
  const symbols = lines.filter((line) => line.startsWith("##ALT=<"));
  return { samples, contigLengths: contigLengths(lines, place), symbols };
}

function contigLengths(lines: readonly string[], place: string): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const line of lines.slice(0, -1)) {
    if (!/^##.+?=/.test(line)) {
      throw new UserError(`${place}: this header cannot be read: Line is not a valid metadata line: ${line}`);
    }
    if (!line.startsWith("##contig=<")) continue;
    const fields = line.replaceAll(/"[^"]*"/g, "");
    const id = /[<,]\s*ID=([^,>]+)/.exec(fields)?.[1];
    const length = Number(/[<,]\s*length=(\d+)/.exec(fields)?.[1]);
    if (id !== undefined && length > 0) lengths.set(id, length);
  }
  return lengths;
}

export interface VcfOptions {
  /** What to read of the file; it may hold several chromosomes then. */
  region?: Region;
  /** `phased`: refuses missing calls, heterozygous ones without phase, and phase in several sets. */
  require?: "phased";
  /** Reads PL, GL or GP in place of GT wherever they are there. */
  likelihoods?: boolean;
  /** `pass`: leaves out records whose FILTER is another than PASS or ".". */
  filters?: "pass";
}

interface ReadGenotypes {
  genotypes: Genotypes;
  contigLength: number | null;
  /** What the file had that is not taken as it is written. */
  oddities: Oddities;
  symbols: string[];
}

/** @param jumped whether the reading began at a region, so that lines are not numbered from the file's first */
function recordReader(
  path: string,
  header: VcfHeader,
  { region, require, filters, likelihoods: anyway = false }: VcfOptions,
  jumped: boolean,
) {
  const count = header.samples.length;
  const rows = genotypeRows(count);
  const calls = emptyCalls(count);
  const row = emptyRow(count);
  const setNumbers: SetNumbers = new Map();
  const sets = new Int32Array(count);
  const soft = new Float32Array(3 * count);
  /** The set in which each sample's first phased heterozygous call with a name of a set is. */
  const firstSets = new Int32Array(count);
  const decoder = new TextDecoder();
  const oddities = noOddities();
  let [line, position, records] = [0, 0, 0];
  /** For an error: where no line is known, the record's number from where the reading began. */
  const place = () =>
    jumped ? `${path}, record ${line} from ${formatRegion(region!)} on` : `${path}, line ${line}`;
  const here = (more = "") => `${covers.contig()}:${position}${more}${jumped ? "" : ` (line ${line})`}`;
  const covers = coverage(region, place);
  const refuse = (problem: string, sample?: number): never => {
    const who = sample === undefined ? "" : `, sample "${header.samples[sample]}"`;
    throw new UserError(`${place()}, position ${covers.contig()}:${position}${who}: ${problem}`);
  };

  function checkPhase(): void {
    for (let s = 0; s < count; s++) {
      const has = (bits: Uint8Array) => ((bits[s >> 3]! >> (s & 7)) & 1) === 1;
      if (has(row.missing)) {
        refuse(
          "expected phased calls without missing ones, found a missing one; phase the reference first",
          s,
        );
      }
      if (has(row.unphased)) refuse("expected phased calls, found a heterozygous one without phase", s);
    }
  }

  /** A reference is copied along the chromosome, so that each of its samples must be phased along it. */
  function checkSets(): void {
    for (let s = 0; s < count; s++) {
      if (sets[s] === 0) continue;
      if (firstSets[s] === 0) firstSets[s] = sets[s]!;
      if (firstSets[s] === sets[s]) continue;
      const [first, here] = [firstSets[s]!, sets[s]!].map((n) => [...setNumbers.keys()][n - 1]);
      refuse(
        `expected phase along the chromosome, found the phase sets ${first} and ${here}; phase the file as a whole, or, ` +
          "if that was done and these fields are left over, remove them with bcftools annotate -x FORMAT/PS,FORMAT/PID",
        s,
      );
    }
  }

  function countCalls(): void {
    const { alleles, haploid } = calls;
    for (let s = 0; s < count; s++) {
      const sample = () => here(` ${header.samples[s]}`);
      if (haploid[s] === 1) tally(oddities.haploid, sample);
      if ((alleles[2 * s]! < 0) !== (alleles[2 * s + 1]! < 0)) tally(oddities.halfMissing, sample);
    }
  }

  /** Likelihoods of calls that are missing, or of all if they are wanted in place of GT; undefined if there are none. */
  function likelihoodsIn(
    cells: Uint8Array,
    field: NonNullable<ReturnType<typeof likelihoodField>>,
    alternatives: number,
    hasCalls: boolean,
  ): RecordLikelihoods | undefined {
    const open = calls.alleles.map((allele, at) => Number(allele < 0 && calls.alleles[at ^ 1]! < 0));
    const wanted = anyway || open.includes(1);
    if (!anyway && open.includes(0)) tally(oddities.calls, () => here(` ${field.name}`));
    if (!wanted) return undefined;
    const isWanted = (s: number) => anyway || open[2 * s] === 1;
    const found = readLikelihoods(cells, field, alternatives, calls, isWanted, refuse);
    if (found.every((one) => one === null)) return undefined;
    tally(oddities.likelihoods, () => here(` ${field.name}${hasCalls ? " beside GT" : ""}`));
    return found;
  }

  return {
    /** Reads a record; false if no other is wanted. */
    read(bytes: Uint8Array, start: number, end: number, number: number): boolean {
      line = number;
      const first = firstCall(bytes, start, end);
      const columns = decoder.decode(bytes.subarray(start, first < 0 ? end : first - 1)).split("\t");
      if (first < 0) {
        const expected = `${FIXED_COLUMNS + count} columns as in the header`;
        throw new UserError(`${place()}: expected ${expected}, found ${columns.length}`);
      }
      const [contig, pos, id, ref, alt, , filter, info, format] = columns;
      position = /^\d{1,10}$/.test(pos!) ? Number(pos) : NaN;
      if (!(position >= 1 && position <= LAST_POSITION)) {
        const expected = `a position from 1 to ${LAST_POSITION} in column POS`;
        throw new UserError(`${place()}: expected ${expected}, found "${pos}"`);
      }
      const where = covers.place(contig!, position);
      if (where !== "inside") return where === "outside" || records === 0;
      records++;
      if (filters === "pass" && filter !== "PASS" && filter !== ".") {
        tally(oddities.filtered, () => here(` ${filter}`));
        return true;
      }
      if (!isReferenceAllele(ref!)) {
        tally(oddities.oddAlleles, () => here(` ${short(ref!)}/${short(alt!)}`));
        return true;
      }
      const hasCalls = /^GT(:|$)/.test(format!);
      const field = require === "phased" ? undefined : likelihoodField(format!);
      if (!hasCalls && !field) {
        const other = require === "phased" ? "" : " or to have GP, PL or GL";
        refuse(`expected FORMAT to begin with GT${other}, found "${format}"`);
      }
      const alts = alt === "." ? [] : alt!.split(",");
      if (alts.length > 1) tally(oddities.multiallelic, () => here(` ${short(ref!)}/${short(alt!)}`));
      const cells = bytes.subarray(first, end);
      if (hasCalls) parseCalls(cells, count, alts.length, calls, refuse);
      else noCalls(calls);
      const likelihoods = field && likelihoodsIn(cells, field, alts.length, hasCalls);
      if (calls.odd) countCalls();
      const fields = phaseSetFields(format!);
      if (fields) {
        readPhaseSets(cells, fields, calls, setNumbers, sets);
        if (require === "phased") checkSets();
      }
      (alts.length > 1 ? alts : [alt!]).forEach((one, i) => {
        const more = structuralInfo(info!, i, position);
        const variant = { position, id: nameOf(id!), ref: ref!, alt: one, info: more };
        const asWritten = () => here(` ${short(ref!)}/${short(one)}`);
        if (rows.has(variant)) return tally(oddities.duplicates, asWritten);
        if (!isAlternativeAllele(one)) return tally(oddities.oddAlleles, asWritten);
        if (require === "phased" && lastBase(position, ref!, more) > LONGEST) {
          refuse(`expected a variant that ends by ${LONGEST}, the last base that an index .tbi can hold`);
        }
        rowOfCalls(calls, i + 1, row);
        if (row.flagged && require === "phased") checkPhase();
        if (likelihoods) likelihoodsOf(likelihoods, i + 1, soft);
        rows.add(variant, row, fields && require !== "phased" ? sets : undefined, likelihoods && soft);
      });
      return true;
    },

    /** @throws UserError if there was no record, with what the file covers. */
    done(): ReadGenotypes {
      if (records === 0) {
        const asked = region && ` in ${formatRegion(region)}; it covers ${covers.described() || "nothing"}`;
        throw new UserError(`${path}: expected records, found none${asked ?? ""}`);
      }
      if (oddities.filtered.count === records) {
        throw new UserError(
          `${path}: expected records whose FILTER is PASS or ".", found none among ${records}: ` +
            `${oddities.filtered.first.join("; ")}; --all-filters takes them`,
        );
      }
      const contig = covers.contig();
      return {
        genotypes: rows.done(contig, header.samples),
        contigLength: header.contigLengths.get(contig) ?? null,
        oddities,
        symbols: header.symbols,
      };
    },
  };
}

const MOST_NAMED = 30;
/** The last base that the index .tbi can hold. */
const LONGEST = 2 ** 29;

const short = (text: string): string => text.length <= 20 ? text : `${text.slice(0, 20)}...`;

/** An ID as it can be written again: it never matters. */
const nameOf = (id: string): string => id === "" ? "." : id.replaceAll(/[\s\p{Cc}]+/gu, "_");

/** Which records of a file are wanted, and what the file covers. @param place begins messages */
function coverage(region: Region | undefined, place: () => string) {
  const covered = new Map<string, Region>();
  let current: Region | undefined;
  /** The region's chromosome as the file names it. */
  let wanted: string | undefined;
  const enter = (contig: string, position: number): Region => {
    if (!region && current) {
      throw new UserError(
        `${place()}: expected one chromosome, found "${contig}" after "${current.contig}"; ` +
          `choose with a region such as ${contig}:1-1000000 or ${contig}`,
      );
    }
    const known = covered.get(contig) ?? { contig, start: position, end: position };
    covered.set(contig, known);
    return known;
  };
  return {
    /**
     * Where a record lies with respect to what is wanted. Without a region all records are.
     *
     * @throws UserError for positions that decrease, and without a region for a second chromosome.
     */
    place(contig: string, position: number): "inside" | "outside" | "beyond" {
      if (contig !== current?.contig) current = enter(contig, position);
      if (position < current.end) {
        throw new UserError(
          `${place()}: positions decrease, ${contig}:${position} comes after ${current.end}; ` +
            "sort the file, for example with bcftools sort",
        );
      }
      current.end = position;
      if (!region) return "inside";
      // Chromosomes are together: after the one that is wanted it does not come again.
      if (!sameContig(contig, region.contig)) return wanted === undefined ? "outside" : "beyond";
      wanted = contig;
      if (position > region.end) return "beyond";
      return position < region.start ? "outside" : "inside";
    },
    contig: () => wanted ?? region?.contig ?? current?.contig ?? "",
    /** What the file covers, as far as it was read. */
    described: () =>
      [...covered.values()].slice(0, MOST_NAMED).map(formatRegion).join(", ") +
      (covered.size > MOST_NAMED ? ", ..." : ""),
  };
}

/** Where the calls of a record begin, after its ninth tab; -1 if it has fewer. */
export function firstCall(bytes: Uint8Array, start: number, end: number): number {
  let tabs = 0;
  for (let at = start; at < end; at++) if (bytes[at] === TAB && ++tabs === FIXED_COLUMNS) return at + 1;
  return -1;
}

/** The calls of one record as allele numbers. */
export interface RecordCalls {
  /** [2·samples]: 0 for the reference, k for the k-th alternative, -1 if missing. */
  alleles: Int16Array;
  /** [samples]: 1 where the alleles are written with `|`. */
  phased: Uint8Array;
  /** [samples]: 1 for a call of one allele, which stands twice. */
  haploid: Uint8Array;
  /** Whether a call is haploid or missing by half. */
  odd: boolean;
}

/** Ends the reading, naming the sample if one is given. */
type Refuse = (problem: string, sample?: number) => never;

const [TAB, DOT, SLASH, ZERO, NINE, COLON, BAR] = [0x09, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x7c] as const;

const emptyCalls = (samples: number): RecordCalls => ({
  alleles: new Int16Array(2 * samples),
  phased: new Uint8Array(samples),
  haploid: new Uint8Array(samples),
  odd: false,
});

function noCalls(calls: RecordCalls): void {
  calls.alleles.fill(-1);
  calls.phased.fill(0);
  calls.haploid.fill(0);
  calls.odd = false;
}

/** Reads bytes, the calls of a record whose FORMAT begins with GT, whatever they look like, into `calls`. */
function parseCalls(
  bytes: Uint8Array,
  samples: number,
  alternatives: number,
  calls: RecordCalls,
  refuse: Refuse,
): void {
  const { alleles, phased, haploid } = calls;
  const { length } = bytes;
  if (calls.odd) haploid.fill(0);
  calls.odd = false;
  let at = 0;
  for (let s = 0; s < samples; s++) {
    if (at > length) refuse(columnsProblem(bytes, samples));
    const first = bytes[at]!;
    const between = bytes[at + 1]!;
    const second = bytes[at + 2]!;
    const stop = bytes[at + 3] ?? TAB;
    const isUsual = (stop === TAB || stop === COLON) && (between === BAR || between === SLASH) &&
      isAllele(first) && isAllele(second);
    if (isUsual) {
      alleles[2 * s] = first === DOT ? -1 : first - ZERO;
      alleles[2 * s + 1] = second === DOT ? -1 : second - ZERO;
      phased[s] = between === BAR ? 1 : 0;
      if ((first === DOT) !== (second === DOT)) calls.odd = true;
      at += 3;
    } else parseOther(textAt(bytes, at), s, calls, refuse);
    if (alleles[2 * s]! > alternatives || alleles[2 * s + 1]! > alternatives) {
      const numbers = alternatives === 0 ? "0" : `0 to ${alternatives}`;
      refuse(`expected alleles ${numbers}, found "${textAt(bytes, isUsual ? at - 3 : at)}"`, s);
    }
    while (at < length && bytes[at] !== TAB) at++;
    at++;
  }
  if (at !== length + 1) refuse(columnsProblem(bytes, samples));
}

const isAllele = (byte: number): boolean => (byte >= ZERO && byte <= NINE) || byte === DOT;

const columnsProblem = (bytes: Uint8Array, samples: number): string =>
  `expected ${samples} calls as in the header, found ${1 + bytes.filter((byte) => byte === TAB).length}`;

/** The genotype that begins at a byte. */
function textAt(bytes: Uint8Array, start: number): string {
  let end = start;
  while (end < bytes.length && bytes[end] !== TAB && bytes[end] !== COLON) end++;
  return new TextDecoder().decode(bytes.subarray(start, end));
}

/** A call with numbers of more than one digit, one that is missing and written ".", or none at all. */
function parseOther(text: string, sample: number, calls: RecordCalls, refuse: Refuse): void {
  const { alleles, phased, haploid } = calls;
  const [, before, first, between, second] = /^([|/]?)(\d{1,4}|\.)([|/])(\d{1,4}|\.)$/.exec(text) ?? [];
  if (second !== undefined) {
    alleles[2 * sample] = first === "." ? -1 : Number(first);
    alleles[2 * sample + 1] = second === "." ? -1 : Number(second);
    // From VCF 4.4 on the first allele may have its phase, too.
    phased[sample] = between === "|" && before !== "/" ? 1 : 0;
    if ((first === ".") !== (second === ".")) calls.odd = true;
  } else if (text === ".") {
    alleles[2 * sample] = alleles[2 * sample + 1] = -1;
    phased[sample] = 0;
  } else if (/^\d{1,4}$/.test(text)) {
    alleles[2 * sample] = alleles[2 * sample + 1] = Number(text);
    phased[sample] = haploid[sample] = 1;
    calls.odd = true;
  } else if (/^(\d+|\.)([|/](\d+|\.)){2,}$/.test(text)) {
    refuse(`expected two alleles, found "${text}": only diploid and haploid calls are read`, sample);
  } else refuse(`expected a genotype such as 0|1, 0/1 or ./., found "${text}"`, sample);
}

/** The genotypes of one variant in all samples of a file, as bits; the first sample is in the lowest bits of a byte. */
interface RowBits extends Record<typeof FLAGS[number], Uint8Array> {
  /** Two bits a sample. */
  alleles: Uint8Array;
  /** Whether any bit of FLAGS is set for this variant. */
  flagged: boolean;
}

/** One bit a sample: whether its call is missing, or half of it; heterozygous without phase; of one allele. */
const FLAGS = ["missing", "unphased", "haploid"] as const;

const emptyRow = (samples: number): RowBits => {
  const [missing, unphased, haploid] = FLAGS.map(() => new Uint8Array((samples + 7) >> 3));
  const alleles = new Uint8Array((2 * samples + 7) >> 3);
  return { alleles, missing: missing!, unphased: unphased!, haploid: haploid!, flagged: false };
};

/** The row of one allele: 1 for the allele with this number. */
function rowOfCalls(calls: RecordCalls, allele: number, row: RowBits): void {
  row.alleles.fill(0);
  for (const name of FLAGS) row[name].fill(0);
  row.flagged = false;
  for (let s = 0; s < calls.phased.length; s++) {
    const first = calls.alleles[2 * s]!;
    const second = calls.alleles[2 * s + 1]!;
    if (first < 0 || second < 0) {
      flag(row, row.missing, s);
      continue;
    }
    const a = +(first === allele);
    const b = +(second === allele);
    row.alleles[s >> 2]! |= (a | (b << 1)) << (2 * (s & 3));
    if (a !== b && calls.phased[s] === 0) flag(row, row.unphased, s);
    if (calls.haploid[s] === 1) flag(row, row.haploid, s);
  }
}

function flag(row: RowBits, bits: Uint8Array, sample: number): void {
  bits[sample >> 3]! |= 1 << (sample & 7);
  row.flagged = true;
}

const FIRST_ROWS = 1024;

/**
 * Rows of numbers, all 0 where none was put, of which it is not known yet how many there are. Their room,
 * none before the first one, doubles when it is full.
 */
function growingRows<A extends Uint8Array | Int32Array | Float32Array>(
  width: number,
  view: (buffer: ArrayBuffer) => A,
) {
  let buffer = new ArrayBuffer();
  let numbers = view(buffer);
  const resize = (rows: number): A => {
    buffer = buffer.transfer(rows * width * numbers.BYTES_PER_ELEMENT);
    return numbers = view(buffer);
  };
  return {
    put(row: number, values: ArrayLike<number>): void {
      if ((row + 1) * width > numbers.length) resize(Math.max(FIRST_ROWS, 2 * (row + 1)));
      numbers.set(values, row * width);
    },
    isEmpty: () => numbers.length === 0,
    first: resize,
  };
}

/** The same as bits. */
function growingBits(columns: number) {
  const stride = (columns + 7) >> 3;
  const { put, first } = growingRows(stride, (buffer) => new Uint8Array(buffer));
  return { put, first: (rows: number): BitMatrix => ({ rows, columns, stride, bytes: first(rows) }) };
}

/** Small letters are the same bases. */
const sameLetters = (a: string, b: string): boolean => a === b || a.toUpperCase() === b.toUpperCase();

/** A variant as a record and one of its ALT alleles have it; `info` as Variants has it. */
interface VariantText {
  position: number;
  id: string;
  ref: string;
  alt: string;
  info: string;
}

/** Variants and their genotypes while a file is read. */
function genotypeRows(samples: number) {
  const positions: number[] = [];
  const variants = { id: [] as string[], ref: [] as string[], alt: [] as string[] };
  const infos: string[] = [];
  const alleles = growingBits(2 * samples);
  const flags = new Map<string, ReturnType<typeof growingBits>>();
  const flagged = (name: typeof FLAGS[number], rows: number) => flags.get(name)?.first(rows) ?? null;
  const phaseSets = growingRows(samples, (buffer) => new Int32Array(buffer));
  const likelihoods = growingRows(3 * samples, (buffer) => new Float32Array(buffer));
  return {
    /** Whether one of the last variants, those at this position, is the same. */
    has({ position, id, ref, alt, info }: VariantText): boolean {
      for (let i = positions.length - 1; i >= 0 && positions[i] === position; i--) {
        const same = sameLetters(variants.ref[i]!, ref) && sameLetters(variants.alt[i]!, alt);
        if (same && (!isStructural(alt) || (variants.id[i] === id && infos[i] === info))) return true;
      }
      return false;
    },
    add(variant: VariantText, row: RowBits, sets?: Int32Array, soft?: Float32Array): void {
      const at = positions.push(variant.position) - 1;
      for (const name of ["id", "ref", "alt"] as const) variants[name].push(variant[name]);
      infos.push(variant.info);
      alleles.put(at, row.alleles);
      if (sets?.some((set) => set !== 0)) phaseSets.put(at, sets);
      if (soft) likelihoods.put(at, soft);
      if (!row.flagged) return;
      for (const name of FLAGS) {
        if (!row[name].some((byte) => byte !== 0)) continue;
        const bits = flags.get(name) ?? growingBits(samples);
        flags.set(name, bits);
        bits.put(at, row[name]);
      }
    },
    done(contig: string, names: string[]): Genotypes {
      const rows = positions.length;
      return {
        contig,
        samples: names,
        variants: {
          position: Int32Array.from(positions),
          ...variants,
          ...infos.some((info) => info !== "") && { info: infos },
        },
        alleles: alleles.first(rows),
        missing: flagged("missing", rows),
        unphased: flagged("unphased", rows),
        haploid: flagged("haploid", rows),
        phaseSets: phaseSets.isEmpty() ? null : phaseSets.first(rows),
        ...likelihoods.isEmpty() ? {} : { likelihoods: likelihoods.first(rows) },
      };
    },
  };
}
