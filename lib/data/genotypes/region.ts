import { UserError } from "../../errors.ts";

/** A stretch of one chromosome, both ends included, counted from 1. */
export interface Region {
  /** Chromosome as the file names it. */
  contig: string;
  start: number;
  end: number;
}

/** The last position that a VCF can hold. */
export const LAST_POSITION = 2 ** 31 - 1;

/**
 * Reads `20:1000000-4000000`, with commas among the digits or not; `20` alone is the whole chromosome.
 *
 * @throws UserError for another form, a start below 1, and an end before the start.
 */
export function parseRegion(text: string): Region {
  const match = /^(\S+?)(?::([\d,]+)-([\d,]+))?$/.exec(text);
  if (!match) throw new UserError(`region: expected a form such as 20:1000000-4000000, found "${text}"`);
  const [, contig, first, last] = match;
  if (first === undefined || last === undefined) {
    if (/:[^:]*$/.test(text)) {
      throw new UserError(`region: expected a form such as 20:1000000-4000000, found "${text}"`);
    }
    return { contig: contig!, start: 1, end: LAST_POSITION };
  }
  const [start, end] = [first, last].map((digits) => Number(digits.replaceAll(",", ""))) as [number, number];
  if (start < 1 || end < start || end > LAST_POSITION) {
    throw new UserError(`region: expected 1 <= start <= end <= ${LAST_POSITION}, found "${text}"`);
  }
  return { contig: contig!, start, end };
}

/** As parseRegion reads it. */
export const formatRegion = ({ contig, start, end }: Region): string =>
  start === 1 && end === LAST_POSITION ? contig : `${contig}:${start}-${end}`;

/** Chromosomes are called `20` or `chr20`. */
export const sameContig = (a: string, b: string): boolean => bareContig(a) === bareContig(b);
const bareContig = (name: string): string => name.replace(/^chr/i, "");
