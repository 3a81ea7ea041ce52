import { indicesAt } from "./align_match.ts";
import { type AlignmentReport, type Case, type Example, type Outcome, OUTCOMES } from "./align_report.ts";
import { type Genotypes, variantCount } from "./genotypes.ts";

const MOST_EXAMPLES = 5;
/** Longer alleles are cut in examples. */
const LONGEST_ALLELE = 20;

/** Counts what becomes of the targets' variants, which are given by their indices. */
export interface Tally {
  outcome(outcome: Outcome, target: number, note?: string): void;
  frequencyOutlier(target: number, note?: string): void;
  missingSite(target: number, note: string): void;
  report(used: number, missingSamples: AlignmentReport["missingSamples"]): AlignmentReport;
}

export function alignmentTally(
  reference: Genotypes,
  targets: Genotypes,
  limits: AlignmentReport["limits"],
): Tally {
  const empty = (): Case => ({ count: 0, examples: [] });
  const outcomes = Object.fromEntries(
    Object.keys(OUTCOMES).map((outcome) => [outcome, empty()]),
  ) as Record<Outcome, Case>;
  const [frequencyOutliers, missingSites] = [empty(), empty()];
  const add = (to: Case, target: number, note?: string): void => {
    if (to.count++ < MOST_EXAMPLES) to.examples.push(exampleOf(reference, targets, target, note));
  };
  const known = new Set(reference.samples);
  return {
    outcome: (outcome, target, note) => add(outcomes[outcome], target, note),
    frequencyOutlier: (target, note) => add(frequencyOutliers, target, note),
    missingSite: (target, note) => add(missingSites, target, note),
    report: (used, missingSamples) => ({
      contigs: { reference: reference.contig, targets: targets.contig },
      reference: { variants: variantCount(reference), samples: reference.samples.length },
      targets: { variants: variantCount(targets), samples: targets.samples.length },
      used,
      outcomes,
      frequencyOutliers,
      missingSites,
      missingSamples,
      sharedSamples: targets.samples.filter((name) => known.has(name)),
      limits,
    }),
  };
}

function exampleOf(reference: Genotypes, targets: Genotypes, target: number, note?: string): Example {
  const position = targets.variants.position[target]!;
  const first = reference.variants.position.indexOf(position);
  const there = first < 0 ? [] : indicesAt(reference.variants, first);
  return {
    position,
    alleles: allelesOf(targets, target),
    reference: there.map((i) => allelesOf(reference, i)).join(", "),
    ...(note === undefined ? {} : { note }),
  };
}

const allelesOf = ({ variants: { ref, alt } }: Genotypes, i: number): string =>
  `${short(ref[i]!)}/${short(alt[i]!)}`;

const short = (allele: string): string =>
  allele.length <= LONGEST_ALLELE ? allele : `${allele.slice(0, LONGEST_ALLELE)}... (${allele.length})`;
