import type { Variants } from "./genotypes.ts";

/**
 * How the alleles of a target's variant relate to those of the reference's one: equal, REF and ALT swapped, named on
 * the other strand (A for T, C for G), or both. `ambiguous`: A/T and C/G with REF and ALT swapped, which may be either,
 * and insertions and deletions with REF and ALT swapped, which may be another variant.
 */
export type Relation = "equal" | "swapped" | "strand" | "strandSwapped" | "ambiguous";

export interface Match {
  /** Index of the target's variant. */
  target: number;
  /** Index of the reference's variant. */
  reference: number;
  relation: Relation;
}

/** Indices of the target's variants by what was found. */
export interface Matching {
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

/**
 * Relation of a target's alleles to the reference's; null if they are other ones. A SNP at which no target has ALT may
 * have "." there.
 */
export function relationOf(
  [referenceRef, referenceAlt]: readonly [string, string],
  [targetRef, targetAlt]: readonly [string, string],
): Relation | null {
  const [ref, alt] = [referenceRef.toUpperCase(), referenceAlt.toUpperCase()];
  const [ref1, alt1] = [targetRef.toUpperCase(), targetAlt.toUpperCase()];
  const is = (a?: string, b?: string) => ref1 === a && (alt1 === b || alt1 === ".");
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

/** Indices from `from` on of the variants at a position, by default at that of the first. */
export function indicesAt({ position }: Variants, from: number, at = position[from]): number[] {
  const indices: number[] = [];
  for (let i = from; i < position.length && position[i] === at; i++) indices.push(i);
  return indices;
}

/** Matches the variants of one position, the surest relations first. */
function matchAt(reference: Variants, rs: number[], targets: Variants, ts: number[], found: Matching): void {
  if (rs.length === 0) return void found.notInReference.push(...ts);
  const pairs = ts.flatMap((t) =>
    rs.map((r) => ({
      target: t,
      reference: r,
      relation: relationOf([reference.ref[r]!, reference.alt[r]!], [targets.ref[t]!, targets.alt[t]!]),
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
