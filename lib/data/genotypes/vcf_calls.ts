import { FIXED_COLUMNS } from "./vcf_header.ts";

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

export const TAB = 0x09;
const [DOT, SLASH, ZERO, NINE, COLON, BAR] = [0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x7c] as const;

export const emptyCalls = (samples: number): RecordCalls => ({
  alleles: new Int16Array(2 * samples),
  phased: new Uint8Array(samples),
  haploid: new Uint8Array(samples),
  odd: false,
});

/** The calls of a record without GT. */
export function noCalls(calls: RecordCalls): void {
  calls.alleles.fill(-1);
  calls.phased.fill(0);
  calls.haploid.fill(0);
  calls.odd = false;
}

/** Reads bytes, the calls of a record whose FORMAT begins with GT, whatever they look like, into `calls`. */
export function parseCalls(
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
