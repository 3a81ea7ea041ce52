import { UserError } from "../../errors.ts";
import { isAlternativeAllele, isReferenceAllele, lastBase, structuralInfo } from "./alleles.ts";
import { emptyRow, genotypeRows, rowOfCalls } from "./genotype_rows.ts";
import { formatRegion, type Genotypes, LAST_POSITION, type Region, sameContig } from "./genotypes.ts";
import { eachLine } from "./lines.ts";
import { likelihoodField, likelihoodsOf, readLikelihoods, type RecordLikelihoods } from "./likelihoods.ts";
import { noOddities, type Oddities, tally } from "./tally.ts";
import { regionStart } from "./tabix.ts";
import { phaseSetFields, readPhaseSets, type SetNumbers } from "./phase_sets.ts";
import { emptyCalls, firstCall, noCalls, parseCalls, TAB } from "./vcf_calls.ts";
import { FIXED_COLUMNS, parseVcfHeader, startProblem, type VcfHeader } from "./vcf_header.ts";

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
