import { type Calls, callsAt, MISSING, siteCounts } from "./align_calls.ts";
import { checkContigs, checkOverlap } from "./align_checks.ts";
import { isPalindromic, type Match, matchVariants } from "./align_match.ts";
import { type AlignmentReport, type Outcome, percent } from "./align_report.ts";
import { alignmentTally } from "./align_tally.ts";
import type { Genotypes } from "./genotypes.ts";

/** Calls of the targets on variants of the reference. */
export interface Aligned extends Calls {
  /** Indices of the reference's variants, increasing. */
  variants: Int32Array;
  report: AlignmentReport;
}

export interface AlignOptions {
  /** How near frequencies must be for ambiguous alleles to be read by them; 0.2 by default. */
  agreement?: number;
  /** A difference of frequencies beyond which a variant is reported; 0.4 by default. */
  outlier?: number;
  /** A share of missing calls beyond which a variant or a sample is reported; 0.1 by default. */
  missing?: number;
  /** Called alleles from which on the frequency among them says something; 20 by default. */
  fewestAlleles?: number;
}

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
export function alignTargets(reference: Genotypes, targets: Genotypes, options: AlignOptions = {}): Aligned {
  const { agreement = 0.2, outlier = 0.4, missing = 0.1, fewestAlleles = 20 } = options;
  checkContigs(reference, targets);
  const matching = matchVariants(reference.variants, targets.variants);
  checkOverlap(reference, targets, matching.matches.length);
  const tally = alignmentTally(reference, targets, { outlier, missing });
  for (const outcome of ["otherAlleles", "duplicates", "notInReference"] as const) {
    for (const target of matching[outcome]) tally.outcome(outcome, target);
  }

  const used: { match: Match; flip: 0 | 1 }[] = [];
  for (const match of matching.matches) {
    const counts = siteCounts(targets, match.target);
    const theirs = counts.called >= fewestAlleles ? counts.frequency : NaN;
    const known = siteCounts(reference, match.reference).frequency;
    const flip = flipOf(match, reference, theirs, known, agreement);
    const ours = flip === 1 ? 1 - theirs : theirs;
    const note = Number.isNaN(theirs)
      ? undefined
      : `ALT ${ours.toFixed(2)}, in the reference ${known.toFixed(2)}`;
    tally.outcome(outcomeOf(match, flip), match.target, note);
    if (flip === null) continue;
    used.push({ match, flip });
    if (Math.abs(ours - known) > outlier) tally.frequencyOutlier(match.target, note);
    if (counts.missing > missing) tally.missingSite(match.target, `${percent(counts.missing)} missing`);
  }
  const calls = callsAt(targets, used.map(({ match }) => match.target), used.map(({ flip }) => flip));
  const report = tally.report(used.length, missingSamples(targets.samples, calls.calls, missing));
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
  agreement: number,
): 0 | 1 | null {
  if (relation !== "ambiguous") return relation === "swapped" || relation === "strandSwapped" ? 1 : 0;
  const asIs = Math.abs(theirs - known) <= agreement;
  const exchanged = Math.abs(1 - theirs - known) <= agreement;
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
  limit: number,
): { name: string; missing: number }[] {
  const variants = calls.length / names.length;
  return names.map((name, s) => {
    let count = 0;
    for (let at = s * variants; at < (s + 1) * variants; at++) if (calls[at] === MISSING) count++;
    return { name, missing: variants === 0 ? 0 : count / variants };
  }).filter(({ missing }) => missing > limit).sort((a, b) => b.missing - a.missing);
}
