import { UserError } from "../../errors.ts";
import {
  type BitMatrix,
  type Genotypes,
  getBit,
  indicesAt,
  rowCounts,
  sameContig,
  variantCount,
  type Variants,
} from "./genotypes.ts";
import { emptyTally, type Tally, tally, tallyText } from "./tally.ts";

/** Calls of the targets on variants of the reference. */
export interface Aligned extends Calls {
  /** Indices of the reference's variants, increasing. */
  variants: Int32Array;
  /** Indices of the targets' variants that the reference lacks or that are left out, increasing. */
  leftOut: Int32Array;
  report: AlignmentReport;
}

/** How near frequencies must be for ambiguous alleles to be read by them. */
const AGREEMENT = 0.2;
/** By how much the frequency of an A/T or C/G variant must be nearer to the opposite one to be taken for that. */
const OPPOSITE = 0.1;
/** Called alleles from which on the frequency among them says something. */
const FEWEST_ALLELES = 20;

/**
 * The targets' calls on the reference's variants, with the reference's alleles.
 *
 * Variants are the same by position, REF and ALT, also where REF and ALT are swapped (alleles are then exchanged) or a
 * SNP is named on the other strand. Where alleles do not tell, as for A/T and C/G with REF and ALT swapped,
 * frequencies decide: they must agree in one reading and not in the other. Without enough calls for a frequency such a
 * variant is left out, as is all that the reference does not have. A/T and C/G with opposite frequencies are left out as well:
 * they are likely of the other strand. Where no target has a call nothing is known. The report counts every variant of the targets.
 *
 * @throws UserError for another chromosome (`chr20` is `20`), no overlap, so few matches that another genome build
 *   is likely, and targets without any call.
 */
export function alignTargets(reference: Genotypes, targets: Genotypes): Aligned {
  checkContigs(reference, targets);
  const matching = matchVariants(reference.variants, targets.variants);
  checkOverlap(reference, targets, matching.matches.length);
  const report = emptyReport(reference, targets);
  const add = (to: Tally, target: number, note?: string) =>
    tally(to, () => exampleOf(reference, targets, target, note));
  for (const outcome of ["otherAlleles", "duplicates", "notInReference"] as const) {
    for (const target of matching[outcome]) add(report.outcomes[outcome], target);
  }

  const leftOut = [...matching.otherAlleles, ...matching.notInReference];
  const used: { match: Match; flip: 0 | 1 }[] = [];
  for (const match of matching.matches) {
    const counts = siteCounts(targets, match.target);
    const theirs = counts.called >= FEWEST_ALLELES ? counts.frequency : NaN;
    const known = siteCounts(reference, match.reference).frequency;
    const flip = counts.called === 0 ? null : flipOf(match, reference, theirs, known);
    const ours = flip === 1 ? 1 - theirs : theirs;
    const frequencies = `ALT ${ours.toFixed(2)}, in the reference ${known.toFixed(2)}`;
    const note = Number.isNaN(theirs) ? undefined : frequencies;
    const outcome = counts.called === 0 ? "noCalls" : outcomeOf(match, flip);
    add(report.outcomes[outcome], match.target, note);
    if (flip === null) {
      if (counts.called > 0) leftOut.push(match.target);
      continue;
    }
    used.push({ match, flip });
    if (Math.abs(ours - known) > LIMITS.outlier) add(report.frequencyOutliers, match.target, note);
    if (counts.missing > LIMITS.missing) {
      add(report.missingSites, match.target, `${percent(counts.missing)} missing`);
    }
  }
  if (used.length === 0) {
    const found = reportLines(report).slice(1).join("; ").trim();
    throw new UserError(
      `expected called genotypes of the targets at variants of the reference, found none at the ` +
        `${matching.matches.length} variants that both have: ${found}`,
    );
  }
  const calls = callsAt(targets, used.map(({ match }) => match.target), used.map(({ flip }) => flip));
  report.used = used.length;
  report.missingSamples = missingSamples(targets.samples, calls.calls);
  return {
    variants: Int32Array.from(used, ({ match }) => match.reference),
    leftOut: Int32Array.from(leftOut).sort(),
    ...calls,
    report,
  };
}

/** Whether to exchange alleles, by the frequencies of ALT, NaN if not known; null where none can tell. */
function flipOf(
  { relation, reference: i }: Match,
  { variants }: Genotypes,
  theirs: number,
  known: number,
): 0 | 1 | null {
  const palindromic = isPalindromic(variants.ref[i]!, variants.alt[i]!);
  if (relation === "equal" && palindromic) {
    const nearer = Math.abs(theirs - known) - Math.abs(1 - theirs - known);
    return nearer > OPPOSITE ? null : 0;
  }
  if (relation !== "ambiguous") return relation === "swapped" || relation === "strandSwapped" ? 1 : 0;
  const asIs = Math.abs(theirs - known) <= AGREEMENT;
  const exchanged = Math.abs(1 - theirs - known) <= AGREEMENT;
  // An insertion that is no exchanged deletion is another variant: it is never read as it is.
  if (!palindromic) return exchanged ? 1 : null;
  return asIs === exchanged ? null : exchanged ? 1 : 0;
}

function outcomeOf({ relation }: Match, flip: 0 | 1 | null): Alignment {
  if (relation !== "ambiguous") return flip === null ? "opposite" : relation;
  return flip === null ? "ambiguous" : "ambiguousUsed";
}

/** Samples with many missing calls [samples, variants], the worst first. */
function missingSamples(names: string[], calls: Uint8Array): { name: string; missing: number }[] {
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
    `expected at least 2 and ${percent(least)} of the targets' ${inRange.length} variants in the ` +
      `reference's range to be in the reference, found ${matched} (${percent(share)}): ${ranges}` +
      (share >= least ? "" : "; another genome build (b37, b38) is likely"),
  );
}

const rangeOf = ({ variants: { position } }: Genotypes) => [position[0]!, position.at(-1)!] as const;

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
  /** [samples, variants]: the phase set of a call, as in Genotypes; null if all are of one. */
  sets: Int32Array | null;
  /** [samples, variants]: 1 for a haploid call, whose allele stands on both haplotypes; null if none is. */
  haploid: Uint8Array | null;
  /** [samples, variants, 3]: likelihoods as in Genotypes, 0, 0, 0 where the call stands by itself; null if all do. */
  likelihoods: Float32Array | null;
}

/** Frequency of ALT among called alleles (NaN without any), their number, and the share of missing calls. */
export function siteCounts({ samples, alleles, missing }: Genotypes, variant: number) {
  const absent = missing === null ? 0 : countOf(missing, variant);
  const called = 2 * (samples.length - absent);
  return { frequency: countOf(alleles, variant) / called, called, missing: absent / samples.length };
}

/** Set bits of one row. */
function countOf({ columns, stride, bytes }: BitMatrix, row: number): number {
  return rowCounts({ rows: 1, columns, stride, bytes: bytes.subarray(row * stride, (row + 1) * stride) })[0]!;
}

/** @param flips [variants]: 1 where the alleles are to be exchanged */
export function callsAt(
  { samples, alleles, missing, unphased, phaseSets, haploid, likelihoods }: Genotypes,
  variants: ArrayLike<number>,
  flips: ArrayLike<number>,
): Calls {
  const [n, width] = [samples.length, variants.length];
  const out = {
    calls: new Uint8Array(n * width),
    alleles: new Uint8Array(2 * n * width),
    phased: new Uint8Array(n * width),
    sets: phaseSets && new Int32Array(n * width),
    haploid: haploid && new Uint8Array(n * width),
    likelihoods: likelihoods ? new Float32Array(3 * n * width) : null,
  };
  for (let v = 0; v < width; v++) {
    const variant = variants[v]!;
    const flip = flips[v]!;
    for (let s = 0; s < n; s++) {
      const at = s * width + v;
      const first = 2 * s * width + v;
      for (let copies = 0; likelihoods && copies < 3; copies++) {
        out.likelihoods![3 * at + (flip ? 2 - copies : copies)] =
          likelihoods[3 * (variant * n + s) + copies]!;
      }
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
      if (haploid) out.haploid![at] = getBit(haploid, variant, s);
      if (phaseSets) out.sets![at] = phaseSets[variant * n + s]!;
    }
  }
  return out;
}

/**
 * How the alleles of a target's variant relate to those of the reference's one: equal, REF and ALT swapped, named on
 * the other strand (A for T, C for G), or both. `ambiguous`: A/T and C/G with REF and ALT swapped, which may be either,
 * and insertions and deletions with REF and ALT swapped, which may be another variant.
 */
type Relation = "equal" | "swapped" | "strand" | "strandSwapped" | "ambiguous";

interface Match {
  /** Index of the target's variant. */
  target: number;
  /** Index of the reference's variant. */
  reference: number;
  relation: Relation;
}

/** Indices of the target's variants by what was found. */
interface Matching {
  /** In the reference's order; no variant of either side is in it twice. */
  matches: Match[];
  /** The reference has nothing at the position. */
  notInReference: number[];
  /** The reference has other alleles there. */
  otherAlleles: number[];
  /** A better or earlier variant of the targets took the reference's variant. */
  duplicates: number[];
}

const COMPLEMENT: Record<string, string | undefined> = { A: "T", T: "A", C: "G", G: "C" };
/** From the surest. */
const RELATIONS: Relation[] = ["equal", "swapped", "strand", "strandSwapped", "ambiguous"];

/** Whether the alleles of a SNP are the same on both strands. */
export const isPalindromic = (ref: string, alt: string): boolean =>
  COMPLEMENT[ref.toUpperCase()] === alt.toUpperCase();

/** ALT of variants at which no target has another base: calls of REF, or likelihoods of whatever ALT there may be. */
const UNSEEN = [".", "<*>", "<NON_REF>"];

/**
 * Relation of a target's alleles to the reference's; null if they are other ones. A SNP at which no target has ALT may
 * have "." there, or `<*>` or `<NON_REF>`.
 */
export function relationOf(
  [referenceRef, referenceAlt]: readonly [string, string],
  [targetRef, targetAlt]: readonly [string, string],
): Relation | null {
  const [ref, alt] = [referenceRef.toUpperCase(), referenceAlt.toUpperCase()];
  const [ref1, alt1] = [targetRef.toUpperCase(), targetAlt.toUpperCase()];
  const is = (a?: string, b?: string) => ref1 === a && (alt1 === b || UNSEEN.includes(alt1));
  const [ref2, alt2] = [COMPLEMENT[ref], COMPLEMENT[alt]];
  if (ref2 !== undefined && alt2 !== undefined) {
    if (is(ref, alt)) return "equal";
    if (is(alt, ref)) return alt === ref2 ? "ambiguous" : "swapped";
    if (is(ref2, alt2)) return "strand";
    return is(alt2, ref2) ? "strandSwapped" : null;
  }
  if (ref1 === ref && alt1 === alt) return "equal";
  if (ref1 !== alt || alt1 !== ref) return null;
  return ref.length === alt.length ? "swapped" : "ambiguous";
}

/** Finds the reference's variant for each of the targets'; positions of neither decrease. */
export function matchVariants(reference: Variants, targets: Variants): Matching {
  const found: Matching = { matches: [], notInReference: [], otherAlleles: [], duplicates: [] };
  let r = 0;
  for (let t = 0; t < targets.position.length;) {
    const position = targets.position[t]!;
    while (r < reference.position.length && reference.position[r]! < position) r++;
    const group = indicesAt(targets, t);
    matchAt(reference, indicesAt(reference, r, position), targets, group, found);
    t += group.length;
  }
  found.matches.sort((a, b) => a.reference - b.reference);
  return found;
}

/** Matches the variants of one position, the surest relations first. */
function matchAt(reference: Variants, rs: number[], targets: Variants, ts: number[], found: Matching): void {
  if (rs.length === 0) return void found.notInReference.push(...ts);
  const pairs = ts.flatMap((t) =>
    rs.map((r) => ({
      target: t,
      reference: r,
      relation: sameInfo(reference.info?.[r], targets.info?.[t])
        ? relationOf([reference.ref[r]!, reference.alt[r]!], [targets.ref[t]!, targets.alt[t]!])
        : null,
    }))
  );
  const taken = new Set<number>();
  const done = new Set<number>();
  for (const relation of RELATIONS) {
    for (const pair of pairs) {
      if (pair.relation !== relation || taken.has(pair.reference) || done.has(pair.target)) continue;
      found.matches.push({ ...pair, relation });
      taken.add(pair.reference);
      done.add(pair.target);
    }
  }
  for (const t of ts) {
    if (done.has(t)) continue;
    const related = pairs.some(({ target, relation }) => target === t && relation !== null);
    (related ? found.duplicates : found.otherAlleles).push(t);
  }
}

/** Structural variants that both tell what they are must tell the same. */
const sameInfo = (reference = "", targets = ""): boolean =>
  reference === "" || targets === "" || reference === targets;

/** Every variant of the targets is in one of these. */
const OUTCOMES = {
  equal: "used as they are",
  swapped: "used with REF and ALT swapped: alleles exchanged",
  strand: "used, named on the other strand",
  strandSwapped: "used, named on the other strand with REF and ALT swapped: alleles exchanged",
  ambiguousUsed: "used, swapped A/T, C/G or insertions and deletions whose frequency tells how to read them",
  ambiguous:
    "left out, swapped A/T, C/G or insertions and deletions whose frequency does not tell how to read them",
  opposite:
    "left out, A/T or C/G with a frequency opposite to the reference's: likely named on the other strand",
  noCalls: "imputed, no target has a call there",
  otherAlleles: "left out, the reference has other alleles there",
  duplicates: "left out, another of the targets' variants is the same one of the reference",
  notInReference: "left out, not in the reference",
} as const;
type Alignment = keyof typeof OUTCOMES;

/** Beyond these a difference of frequencies, and a share of missing calls of a variant or a sample, are reported. */
const LIMITS = { outlier: 0.4, missing: 0.1 };

export interface AlignmentReport {
  /** As the files name the chromosome. */
  contigs: { reference: string; targets: string };
  reference: { variants: number; samples: number };
  targets: { variants: number; samples: number };
  used: number;
  outcomes: Record<Alignment, Tally>;
  /** Used, though the frequency is far from the reference's; only told apart with enough targets. */
  frequencyOutliers: Tally;
  /** Used, though many samples have no call. */
  missingSites: Tally;
  /** Samples without a call at many of the variants used, with the share. */
  missingSamples: { name: string; missing: number }[];
  /** Names that are also those of the reference's samples. */
  sharedSamples: string[];
}

/** Names shown at most. */
const MOST_NAMES = 5;

export function reportLines(report: AlignmentReport): string[] {
  const { contigs, reference, targets, used, outcomes, missingSamples, sharedSamples } = report;
  const lines = [
    `${number(used)} of the targets' ${number(targets.variants)} variants are used: ` +
    `${targets.samples} samples on a reference of ${number(reference.variants)} variants and ` +
    `${reference.samples} samples`,
  ];
  for (const [outcome, text] of Object.entries(OUTCOMES)) {
    const own = outcomes[outcome as Alignment];
    const examples = outcome !== "equal" && outcome !== "notInReference";
    if (own.count > 0) lines.push(`  ${examples ? tallyText(own, text) : `${number(own.count)} ${text}`}`);
  }
  const [outliers, missing] = [report.frequencyOutliers, report.missingSites];
  const far = `used, ALT frequency more than ${LIMITS.outlier} from the reference's`;
  if (outliers.count > 0) lines.push(`  ${tallyText(outliers, far)}`);
  const lacking = `used, missing in more than ${percent(LIMITS.missing)} of the samples`;
  if (missing.count > 0) lines.push(`  ${tallyText(missing, lacking)}`);
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

const someOf = (names: string[]): string =>
  names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? ", ..." : "");

const number = (value: number): string => value.toLocaleString("en-US");

const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** Longer alleles are cut in examples. */
const LONGEST_ALLELE = 20;

function emptyReport(reference: Genotypes, targets: Genotypes): AlignmentReport {
  const known = new Set(reference.samples);
  return {
    contigs: { reference: reference.contig, targets: targets.contig },
    reference: { variants: variantCount(reference), samples: reference.samples.length },
    targets: { variants: variantCount(targets), samples: targets.samples.length },
    used: 0,
    outcomes: Object.fromEntries(
      Object.keys(OUTCOMES).map((outcome) => [outcome, emptyTally()]),
    ) as AlignmentReport["outcomes"],
    frequencyOutliers: emptyTally(),
    missingSites: emptyTally(),
    missingSamples: [],
    sharedSamples: targets.samples.filter((name) => known.has(name)),
  };
}

/** A target's variant, for people to look up, and the reference's there. @param note such as frequencies */
function exampleOf(reference: Genotypes, targets: Genotypes, target: number, note?: string): string {
  const position = targets.variants.position[target]!;
  const first = reference.variants.position.indexOf(position);
  const there = first < 0 ? [] : indicesAt(reference.variants, first).map((i) => allelesOf(reference, i));
  return `${position} ${allelesOf(targets, target)}` +
    (there.length > 0 ? ` (reference ${there.join(", ")})` : "") + (note ? `, ${note}` : "");
}

const allelesOf = ({ variants: { ref, alt } }: Genotypes, i: number): string =>
  `${short(ref[i]!)}/${short(alt[i]!)}`;

const short = (allele: string): string =>
  allele.length <= LONGEST_ALLELE ? allele : `${allele.slice(0, LONGEST_ALLELE)}... (${allele.length})`;
