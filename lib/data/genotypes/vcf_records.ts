import { UserError } from "../../errors.ts";
import { coverage } from "./coverage.ts";
import type { Genotypes } from "./genotypes.ts";
import { formatRegion, LAST_POSITION } from "./region.ts";
import type { VcfOptions } from "./vcf.ts";
import { emptyCalls, parseCalls } from "./vcf_calls.ts";
import { countColumns, fieldText, findTabs, FIXED_COLUMNS, formatOf, wholeNumber } from "./vcf_fields.ts";
import type { VcfHeader } from "./vcf_header.ts";
import { emptyRow, packCalls, packPhased, rowOfCalls } from "./vcf_row.ts";
import { genotypeRows } from "./vcf_rows.ts";

/** What was met while a file was read. */
export interface ReadReport {
  /** Records read, within the region if there is one. */
  records: number;
  /** Variants dropped since one before has the same position and alleles. */
  duplicates: number;
  /** Records with several ALT alleles, and how many of them were skipped. */
  multiallelic: number;
  skipped: number;
  /** Calls that are missing, and how many of them by half, in the samples that were read. */
  missing: number;
  halfMissing: number;
}

export interface ReadGenotypes {
  genotypes: Genotypes;
  report: ReadReport;
  /** Length of the chromosome if the file tells it. */
  contigLength: number | null;
}

interface RecordOptions {
  path: string;
  header: VcfHeader;
  /** Columns of the samples in the order that is wanted; null for all. */
  chosen: Int32Array | null;
  options: VcfOptions;
  /** Share of the file that is read. */
  share: () => number;
}

const TAB = 0x09;

/** Reads the records of a VCF one after the other. */
export function recordReader({ path, header, chosen, options, share }: RecordOptions) {
  const { region, multiallelic = "split" } = options;
  const count = header.samples.length;
  const report = { records: 0, duplicates: 0, multiallelic: 0, skipped: 0, missing: 0, halfMissing: 0 };
  const rows = genotypeRows(chosen, chosen?.length ?? count, () => 1.02 * rows.count() / share() + 1024);
  const isChosen = new Uint8Array(count).fill(chosen === null ? 1 : 0);
  chosen?.forEach((column) => isChosen[column] = 1);
  const calls = emptyCalls(count);
  const row = emptyRow(count);
  const tabs = new Int32Array(FIXED_COLUMNS);
  let words = new Int32Array(count + 1);
  let text = new Uint8Array(words.buffer);
  let line = 0;
  let position = 0;
  const place = () => `${path}, line ${line}`;
  const covers = coverage(region, place);
  const refuse = (problem: string, sample?: number): never => {
    const who = sample === undefined ? "" : `, sample "${header.samples[sample]}"`;
    throw new UserError(`${place()}, position ${covers.contig()}:${position}${who}: ${problem}`);
  };

  /** The calls with a tab after the last one, where numbers of 32 bits can be read. */
  function copyCalls(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length + 1 > text.length) {
      words = new Int32Array(((length + 1) >> 1) + 1);
      text = new Uint8Array(words.buffer);
    }
    text.set(bytes.subarray(start, end));
    text[length] = TAB;
    return length;
  }

  function countHalfMissing(): void {
    for (let s = 0; s < count; s++) {
      if (isChosen[s] === 1 && calls.alleles[2 * s]! < 0 !== calls.alleles[2 * s + 1]! < 0) {
        report.halfMissing++;
      }
    }
  }

  /** Counts what is missing, and looks whether the phase is there that is required. */
  function checkFlags(): void {
    for (let s = 0; s < count; s++) {
      if (isChosen[s] === 0) continue;
      report.missing += (row.missing[s >> 3]! >> (s & 7)) & 1;
      if (options.require === "phased" && ((row.unphased[s >> 3]! >> (s & 7)) & 1) === 1) {
        refuse("expected phased calls, found a heterozygous one without phase", s);
      }
    }
  }

  return {
    /** Reads a record; false if no other is wanted. */
    read(bytes: Uint8Array, start: number, end: number, number: number): boolean {
      line = number;
      if (findTabs(bytes, start, end, tabs) < FIXED_COLUMNS) {
        const found = countColumns(bytes, start, end);
        throw new UserError(
          `${place()}: expected ${FIXED_COLUMNS + count} columns as in the header, found ${found}`,
        );
      }
      position = wholeNumber(bytes, tabs[0]! + 1, tabs[1]!);
      if (!(position >= 1 && position <= LAST_POSITION)) {
        const found = fieldText(bytes, tabs[0]! + 1, tabs[1]!);
        throw new UserError(
          `${place()}: expected a position from 1 to ${LAST_POSITION} in column POS, found "${found}"`,
        );
      }
      const where = covers.place(bytes, start, tabs[0]!, position);
      if (where !== "inside") return where === "outside" || report.records === 0;
      report.records++;
      const id = fieldText(bytes, tabs[1]! + 1, tabs[2]!);
      const ref = fieldText(bytes, tabs[2]! + 1, tabs[3]!);
      const alt = fieldText(bytes, tabs[3]! + 1, tabs[4]!);
      const alts = alt === "." ? [] : alt.length === 1 ? [alt] : alt.split(",");
      if (alts.length > 1) report.multiallelic++;
      if (alts.length > 1 && multiallelic === "skip") report.skipped++;
      const format = formatOf(bytes, tabs[7]! + 1, tabs[8]!);
      if (format === "absent") {
        const found = fieldText(bytes, tabs[7]! + 1, tabs[8]!);
        refuse(`expected FORMAT to begin with GT, found "${found}"`);
      }
      const length = copyCalls(bytes, tabs[8]! + 1, end);
      const isUsual = format === "alone" && alts.length === 1 && length === 4 * count - 1 &&
        (packPhased(words, count, row) || packCalls(words, count, row));
      if (!isUsual) parseCalls(text, length, isChosen, alts.length, calls, refuse);
      if (alts.length > 1 && multiallelic === "skip") return true;
      const variants = alts.length > 1 && multiallelic === "split" ? alts : [alt];
      variants.forEach((one, i) => {
        if (rows.has(position, ref, one)) return void report.duplicates++;
        if (!isUsual) rowOfCalls(calls, multiallelic === "carrier" ? "any" : i + 1, row);
        if (row.flagged) checkFlags();
        if (row.flagged && !isUsual) countHalfMissing();
        rows.add(position, id, ref, one, row);
      });
      return true;
    },

    /** @throws UserError if there was no record, with what the file covers. */
    done(): ReadGenotypes {
      if (report.records === 0) {
        const asked = region
          ? ` in ${formatRegion(region)}; it covers ${covers.described() || "nothing"}`
          : "";
        throw new UserError(`${path}: expected records, found none${asked}`);
      }
      const contig = covers.contig();
      const samples = chosen ? Array.from(chosen, (column) => header.samples[column]!) : header.samples;
      return {
        genotypes: rows.done(contig, samples),
        report,
        contigLength: header.contigLengths.get(contig) ?? null,
      };
    },
  };
}
