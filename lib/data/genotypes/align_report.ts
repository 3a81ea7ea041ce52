import { type Genotypes, indicesAt, variantCount } from "./genotypes.ts";

/** A variant of the targets, for people to look up. */
interface Example {
  position: number;
  /** REF/ALT of the targets. */
  alleles: string;
  /** REF/ALT of the reference's variants there. */
  reference: string;
  /** What else is to be said, such as frequencies. */
  note?: string;
}

/** How often something was met; up to five examples, the first ones. */
interface Case {
  count: number;
  examples: Example[];
}

/** Every variant of the targets is in one of these. */
const OUTCOMES = {
  equal: "used as they are",
  swapped: "used with REF and ALT swapped: alleles exchanged",
  strand: "used, named on the other strand",
  strandSwapped: "used, named on the other strand with REF and ALT swapped: alleles exchanged",
  ambiguousUsed: "used, swapped A/T, C/G or insertions and deletions whose frequency tells how to read them",
  ambiguous:
    "left out, swapped A/T, C/G or insertions and deletions whose frequency does not tell how to read them",
  otherAlleles: "left out, the reference has other alleles there",
  duplicates: "left out, another of the targets' variants is the same one of the reference",
  notInReference: "left out, not in the reference",
} as const;
export type Alignment = keyof typeof OUTCOMES;

/** Beyond these a difference of frequencies, and a share of missing calls of a variant or a sample, are reported. */
export const LIMITS = { outlier: 0.4, missing: 0.1 };

/** What became of the targets' variants. */
export interface AlignmentReport {
  /** As the files name the chromosome. */
  contigs: { reference: string; targets: string };
  reference: { variants: number; samples: number };
  targets: { variants: number; samples: number };
  /** Variants of the targets that are used. */
  used: number;
  outcomes: Record<Alignment, Case>;
  /** Used, though the frequency is far from the reference's; only told apart with enough targets. */
  frequencyOutliers: Case;
  /** Used, though many samples have no call. */
  missingSites: Case;
  /** Samples without a call at many of the variants used, with the share. */
  missingSamples: { name: string; missing: number }[];
  /** Names that are also those of the reference's samples. */
  sharedSamples: string[];
}

/** Names shown at most. */
const MOST_NAMES = 5;

/** The report for people, line by line. */
export function reportLines(report: AlignmentReport): string[] {
  const { contigs, reference, targets, used, outcomes, missingSamples, sharedSamples } = report;
  const lines = [
    `${number(used)} of the targets' ${number(targets.variants)} variants are used: ${targets.samples} ` +
    `samples ` +
    `on a reference of ${number(reference.variants)} variants and ${reference.samples} samples`,
  ];
  for (const [outcome, text] of Object.entries(OUTCOMES)) {
    const examples = outcome !== "equal" && outcome !== "notInReference";
    lines.push(...caseLines(outcomes[outcome as Alignment], text, examples));
  }
  const { frequencyOutliers, missingSites } = report;
  lines.push(
    ...caseLines(frequencyOutliers, `used, ALT frequency more than ${LIMITS.outlier} from the reference's`),
  );
  lines.push(
    ...caseLines(missingSites, `used, missing in more than ${percent(LIMITS.missing)} of the samples`),
  );
  if (missingSamples.length > 0) {
    const shown = missingSamples.map(({ name, missing }) => `${name} (${percent(missing)})`);
    lines.push(`samples without a call at more than ${percent(LIMITS.missing)} of them: ${someOf(shown)}`);
  }
  if (contigs.reference !== contigs.targets) {
    lines.push(
      `note: chromosome ${contigs.reference} of the reference is taken for ${contigs.targets} of the targets`,
    );
  }
  if (sharedSamples.length > 0) {
    lines.push(
      `warning: ${sharedSamples.length} of the targets are also samples of the reference, so that accuracy measured ` +
        `on them is too good: ${someOf(sharedSamples)}`,
    );
  }
  return lines;
}

function caseLines({ count, examples }: Case, text: string, withExamples = true): string[] {
  if (count === 0) return [];
  const shown = examples.map(({ position, alleles, reference, note }) =>
    `${position} ${alleles}` + (reference === "" ? "" : ` (reference ${reference})`) +
    (note ? `, ${note}` : "")
  );
  const more = count > examples.length ? "; ..." : "";
  return [`  ${number(count)} ${text}${withExamples ? `: ${shown.join("; ")}${more}` : ""}`];
}

const someOf = (names: string[]): string =>
  names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? ", ..." : "");

const number = (value: number): string => value.toLocaleString("en-US");

export const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

const MOST_EXAMPLES = 5;
/** Longer alleles are cut in examples. */
const LONGEST_ALLELE = 20;

/** A report of nothing yet. */
export function emptyReport(reference: Genotypes, targets: Genotypes): AlignmentReport {
  const empty = (): Case => ({ count: 0, examples: [] });
  const known = new Set(reference.samples);
  return {
    contigs: { reference: reference.contig, targets: targets.contig },
    reference: { variants: variantCount(reference), samples: reference.samples.length },
    targets: { variants: variantCount(targets), samples: targets.samples.length },
    used: 0,
    outcomes: Object.fromEntries(Object.keys(OUTCOMES).map((outcome) => [outcome, empty()])) as Record<
      Alignment,
      Case
    >,
    frequencyOutliers: empty(),
    missingSites: empty(),
    missingSamples: [],
    sharedSamples: targets.samples.filter((name) => known.has(name)),
  };
}

/** A function that counts a variant of the targets, given by its index, as one of a case. */
export const countCases =
  (reference: Genotypes, targets: Genotypes) => (to: Case, target: number, note?: string): void => {
    if (to.count++ < MOST_EXAMPLES) to.examples.push(exampleOf(reference, targets, target, note));
  };

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
