import { UserError } from "../../errors.ts";
import { isPalindromic, type Match, matchVariants } from "./align_match.ts";
import { type AlignmentReport, alignmentTally, type Outcome, percent } from "./align_report.ts";
import { type BitMatrix, type Genotypes, getBit, rowCounts } from "./genotypes.ts";
import { sameContig } from "./region.ts";

/** Calls of the targets on variants of the reference. */
export interface Aligned extends Calls {
  /** Indices of the reference's variants, increasing. */
  variants: Int32Array;
  report: AlignmentReport;
}

/** How near frequencies must be for ambiguous alleles to be read by them. */
const AGREEMENT = 0.2;
/** Beyond these a difference of frequencies, and a share of missing calls of a variant or a sample, are reported. */
const LIMITS = { outlier: 0.4, missing: 0.1 };
/** Called alleles from which on the frequency among them says something. */
const FEWEST_ALLELES = 20;

/**
 * The targets' calls on the reference's variants, with the reference's alleles.
 *
 * Variants are the same by position, REF and ALT, also where REF and ALT are swapped (alleles are then exchanged) or a
 * SNP is named on the other strand. Where alleles do not tell, as for A/T and C/G with REF and ALT swapped,
 * frequencies decide: they must agree in one reading and not in the other. Without enough calls for a frequency such a
 * variant is left out, as is all that the reference does not have. The report counts every variant of the targets.
 *
 * @throws UserError for another chromosome (`chr20` is `20`), no overlap, or so few matches that another genome build
 *   is likely.
 */
export function alignTargets(reference: Genotypes, targets: Genotypes): Aligned {
  checkContigs(reference, targets);
  const matching = matchVariants(reference.variants, targets.variants);
  checkOverlap(reference, targets, matching.matches.length);
  const tally = alignmentTally(reference, targets, LIMITS);
  for (const outcome of ["otherAlleles", "duplicates", "notInReference"] as const) {
    for (const target of matching[outcome]) tally.outcome(outcome, target);
  }

  const used: { match: Match; flip: 0 | 1 }[] = [];
  for (const match of matching.matches) {
    const counts = siteCounts(targets, match.target);
    const theirs = counts.called >= FEWEST_ALLELES ? counts.frequency : NaN;
    const known = siteCounts(reference, match.reference).frequency;
    const flip = flipOf(match, reference, theirs, known);
    const ours = flip === 1 ? 1 - theirs : theirs;
    const note = Number.isNaN(theirs)
      ? undefined
      : `ALT ${ours.toFixed(2)}, in the reference ${known.toFixed(2)}`;
    tally.outcome(outcomeOf(match, flip), match.target, note);
    if (flip === null) continue;
    used.push({ match, flip });
    if (Math.abs(ours - known) > LIMITS.outlier) tally.frequencyOutlier(match.target, note);
    if (counts.missing > LIMITS.missing) {
      tally.missingSite(match.target, `${percent(counts.missing)} missing`);
    }
  }
  const calls = callsAt(targets, used.map(({ match }) => match.target), used.map(({ flip }) => flip));
  const report = tally.report(used.length, missingSamples(targets.samples, calls.calls));
  return { variants: Int32Array.from(used, ({ match }) => match.reference), ...calls, report };
}

/**
 * Whether alleles are to be exchanged; null where that cannot be told.
 *
 * @param theirs frequency of ALT in the targets; NaN if it says nothing
 * @param known frequency of ALT in the reference
 */
function flipOf(
  { relation, reference: i }: Match,
  { variants }: Genotypes,
  theirs: number,
  known: number,
): 0 | 1 | null {
  if (relation !== "ambiguous") return relation === "swapped" || relation === "strandSwapped" ? 1 : 0;
  const asIs = Math.abs(theirs - known) <= AGREEMENT;
  const exchanged = Math.abs(1 - theirs - known) <= AGREEMENT;
  // An insertion that is no exchanged deletion is another variant: it is never read as it is.
  if (!isPalindromic(variants.ref[i]!, variants.alt[i]!)) return exchanged ? 1 : null;
  return asIs === exchanged ? null : exchanged ? 1 : 0;
}

function outcomeOf({ relation }: Match, flip: 0 | 1 | null): Outcome {
  if (relation !== "ambiguous") return relation;
  return flip === null ? "ambiguous" : "ambiguousUsed";
}

/** Samples with many missing calls [samples, variants], the worst first. */
function missingSamples(
  names: string[],
  calls: Uint8Array,
): { name: string; missing: number }[] {
  const variants = calls.length / names.length;
  return names.map((name, s) => {
    let count = 0;
    for (let at = s * variants; at < (s + 1) * variants; at++) if (calls[at] === MISSING) count++;
    return { name, missing: variants === 0 ? 0 : count / variants };
  }).filter(({ missing }) => missing > LIMITS.missing).sort((a, b) => b.missing - a.missing);
}

/** Share of the targets' positions that must match in any case, and that is enough in any case. */
const LEAST_SHARE = 0.01;
const ENOUGH_SHARE = 0.1;

/** @throws UserError if there is nothing to align, or the chromosomes differ. */
function checkContigs(reference: Genotypes, targets: Genotypes): void {
  for (const [name, { variants, samples }] of [["reference", reference], ["targets", targets]] as const) {
    if (variants.position.length > 0 && samples.length > 0) continue;
    throw new UserError(
      `expected variants and samples in the ${name}, found ${variants.position.length} and ${samples.length}`,
    );
  }
  if (sameContig(reference.contig, targets.contig)) return;
  throw new UserError(
    `expected the targets to be of the reference's chromosome ${reference.contig}, found ${targets.contig}`,
  );
}

/**
 * Positions of another genome build also meet some of the reference's by chance, the more the denser it is: as many as
 * that do not count as a match. Only positions within the reference's range are asked for, which may be a region.
 *
 * @param matched how many of the targets' variants match
 * @throws UserError if too few match, with the ranges of both.
 */
function checkOverlap(reference: Genotypes, targets: Genotypes, matched: number): void {
  const [first, last] = rangeOf(reference);
  const [targetFirst, targetLast] = rangeOf(targets);
  const inRange = targets.variants.position.filter((position) => position >= first && position <= last);
  const ranges = `the reference covers ${reference.contig}:${first}-${last}, the targets ` +
    `${targets.contig}:${targetFirst}-${targetLast}`;
  if (inRange.length === 0) {
    throw new UserError(
      `expected targets that overlap with the reference, found none: ${ranges}; is one of them of another region or ` +
        "another genome build (b37, b38)?",
    );
  }
  const density = new Set(reference.variants.position).size / (last - first + 1);
  const least = Math.max(LEAST_SHARE, Math.min(ENOUGH_SHARE, 2 * density));
  const share = matched / inRange.length;
  if (matched >= 2 && share >= least) return;
  throw new UserError(
    `expected at least 2 and ${
      percent(least)
    } of the targets' ${inRange.length} variants in the reference's range to ` +
      `be in the reference, found ${matched} (${
        percent(share)
      }): ${ranges}; another genome build (b37, b38) is likely`,
  );
}

function rangeOf({ variants: { position } }: Genotypes): [first: number, last: number] {
  return [position[0]!, position.at(-1)!];
}

/** Stands for a missing call or allele. */
const MISSING = 255;

/** Calls of the targets, sample by sample. */
interface Calls {
  /** [samples, variants]: dosage of ALT 0, 1, 2, or 255 where it is missing. */
  calls: Uint8Array;
  /** [2·samples, variants]: alleles 0 and 1 as written, or 255; rows 2s and 2s + 1 are the haplotypes of sample s. */
  alleles: Uint8Array;
  /** [samples, variants]: 1 where it is known which haplotype has which allele: called, and homozygous or phased. */
  phased: Uint8Array;
}

/** What a variant's calls say without a look at other variants. */
interface SiteCounts {
  /** Frequency of ALT among the alleles that are called; NaN if none is. */
  frequency: number;
  /** Alleles that are called. */
  called: number;
  /** Share of samples without a call. */
  missing: number;
}

export function siteCounts({ samples, alleles, missing }: Genotypes, variant: number): SiteCounts {
  const absent = missing === null ? 0 : countOf(missing, variant);
  const called = 2 * (samples.length - absent);
  return { frequency: countOf(alleles, variant) / called, called, missing: absent / samples.length };
}

/** Set bits of one row. */
function countOf({ columns, stride, bytes }: BitMatrix, row: number): number {
  return rowCounts({ rows: 1, columns, stride, bytes: bytes.subarray(row * stride, (row + 1) * stride) })[0]!;
}

/**
 * Calls at some variants.
 *
 * @param flips [variants]: 1 where the alleles are to be exchanged
 */
export function callsAt(
  { samples, alleles, missing, unphased }: Genotypes,
  variants: ArrayLike<number>,
  flips: ArrayLike<number>,
): Calls {
  const [n, width] = [samples.length, variants.length];
  const out = {
    calls: new Uint8Array(n * width),
    alleles: new Uint8Array(2 * n * width),
    phased: new Uint8Array(n * width),
  };
  for (let v = 0; v < width; v++) {
    const variant = variants[v]!;
    const flip = flips[v]!;
    for (let s = 0; s < n; s++) {
      const at = s * width + v;
      const first = 2 * s * width + v;
      if (missing !== null && getBit(missing, variant, s) === 1) {
        out.calls[at] = out.alleles[first] = out.alleles[first + width] = MISSING;
        continue;
      }
      const a = getBit(alleles, variant, 2 * s) ^ flip;
      const b = getBit(alleles, variant, 2 * s + 1) ^ flip;
      out.calls[at] = a + b;
      out.alleles[first] = a;
      out.alleles[first + width] = b;
      out.phased[at] = a === b || unphased === null ? 1 : 1 - getBit(unphased, variant, s);
    }
  }
  return out;
}
