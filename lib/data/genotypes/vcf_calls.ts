/** The calls of one record as allele numbers, for the samples that were chosen; others are not written. */
export interface Calls {
  /** [2·samples]: 0 for the reference, k for the k-th alternative, -1 if missing. */
  alleles: Int16Array;
  /** [samples]: 1 where the alleles are written with `|`. */
  phased: Uint8Array;
}

/** Ends the reading, naming the sample if one is given. */
export type Refuse = (problem: string, sample?: number) => never;

const [TAB, DOT, SLASH, ZERO, NINE, COLON, BAR] = [0x09, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x7c] as const;

export const emptyCalls = (samples: number): Calls => ({
  alleles: new Int16Array(2 * samples),
  phased: new Uint8Array(samples),
});

/**
 * Reads the calls of a record whose FORMAT begins with GT, whatever they look like.
 *
 * @param bytes the calls and a tab after the last one, which is at `length`
 * @param chosen [samples] of the file: 1 where the call is wanted; others are passed over
 * @param alternatives number of ALT alleles
 * @param calls written
 */
export function parseCalls(
  bytes: Uint8Array,
  length: number,
  chosen: Uint8Array,
  alternatives: number,
  calls: Calls,
  refuse: Refuse,
): void {
  const { alleles, phased } = calls;
  let at = 0;
  for (let s = 0; s < chosen.length; s++) {
    if (at > length) refuse(columnsProblem(bytes, length, chosen.length));
    if (chosen[s] === 1) {
      const first = bytes[at]!;
      const between = bytes[at + 1]!;
      const second = bytes[at + 2]!;
      const stop = bytes[at + 3]!;
      const isUsual = (stop === TAB || stop === COLON) && (between === BAR || between === SLASH) &&
        isAllele(first) && isAllele(second);
      if (isUsual) {
        alleles[2 * s] = first === DOT ? -1 : first - ZERO;
        alleles[2 * s + 1] = second === DOT ? -1 : second - ZERO;
        phased[s] = between === BAR ? 1 : 0;
      } else parseOther(textAt(bytes, at), s, calls, refuse);
      if (alleles[2 * s]! > alternatives || alleles[2 * s + 1]! > alternatives) {
        const numbers = alternatives === 0 ? "0" : `0 to ${alternatives}`;
        refuse(`expected alleles ${numbers}, found "${textAt(bytes, at)}"`, s);
      }
    }
    while (bytes[at] !== TAB) at++;
    at++;
  }
  if (at !== length + 1) refuse(columnsProblem(bytes, length, chosen.length));
}

const isAllele = (byte: number): boolean => (byte >= ZERO && byte <= NINE) || byte === DOT;

function columnsProblem(bytes: Uint8Array, length: number, samples: number): string {
  let found = 0;
  for (let at = 0; at <= length; at++) if (bytes[at] === TAB) found++;
  return `expected ${samples} calls as in the header, found ${found}`;
}

/** The genotype that begins at a byte. */
function textAt(bytes: Uint8Array, start: number): string {
  let end = start;
  while (bytes[end] !== TAB && bytes[end] !== COLON) end++;
  return new TextDecoder().decode(bytes.subarray(start, end));
}

/** A call with numbers of more than one digit, one that is missing and written ".", or none at all. */
function parseOther(text: string, sample: number, { alleles, phased }: Calls, refuse: Refuse): void {
  const parts = /^(\d{1,4}|\.)([|/])(\d{1,4}|\.)$/.exec(text);
  if (parts) {
    alleles[2 * sample] = parts[1] === "." ? -1 : Number(parts[1]);
    alleles[2 * sample + 1] = parts[3] === "." ? -1 : Number(parts[3]);
    phased[sample] = parts[2] === "|" ? 1 : 0;
  } else if (text === ".") {
    alleles[2 * sample] = alleles[2 * sample + 1] = -1;
    phased[sample] = 0;
  } else if (/^\d+$/.test(text)) {
    refuse(
      `expected two alleles, found one, "${text}": haploid calls, as of chromosome X in males, are not read`,
      sample,
    );
  } else if (/^(\d+|\.)([|/](\d+|\.)){2,}$/.test(text)) {
    refuse(`expected two alleles, found "${text}": only diploid calls are read`, sample);
  } else refuse(`expected a genotype such as 0|1, 0/1 or ./., found "${text}"`, sample);
}
