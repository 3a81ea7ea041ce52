/** Counts of what is odd in a file, with the first places, so that nothing is changed or left out in silence. */

export interface Tally {
  count: number;
  /** The first places, in words. */
  first: string[];
}

const MOST_EXAMPLES = 5;

export const emptyTally = (): Tally => ({ count: 0, first: [] });

/** "1,234 calls of one allele: 20:100 A; 20:101 B; ..." */
export const tallyText = ({ count, first }: Tally, text: string): string =>
  `${count.toLocaleString("en-US")} ${text}: ${first.join("; ")}${count > first.length ? "; ..." : ""}`;

/** Counts one more, at a place that is only put in words for the first ones. */
export function tally(to: Tally, place: () => string): void {
  if (to.count++ < MOST_EXAMPLES) to.first.push(place());
}

/** What a file had that is not taken as it is written. */
const ODDITIES = {
  multiallelic: "records with several ALT alleles, each ALT is a variant of its own",
  duplicates: "records left out: the same variant (position, REF, ALT) again; the first one is used",
  oddAlleles: "alleles left out: REF is not of A, C, G, T, N, or ALT is no allele that VCF knows",
  filtered: "records left out: FILTER is not PASS (--all-filters takes them)",
  halfMissing: "calls missing by half, such as 0/., count as missing",
  haploid: "haploid calls",
  likelihoods: "records with PL, GL or GP: taken as likelihoods of genotypes",
  calls:
    "records with GT beside PL, GL or GP: GT is taken where it is called (--likelihoods takes the others)",
} as const;

export type Oddities = Record<keyof typeof ODDITIES, Tally>;

export const noOddities = (): Oddities =>
  Object.fromEntries(Object.keys(ODDITIES).map((key) => [key, emptyTally()])) as Oddities;

export function oddityLines(what: string, oddities: Oddities): string[] {
  return Object.entries(ODDITIES).flatMap(([key, text]) => {
    const own = oddities[key as keyof Oddities];
    return own.count === 0 ? [] : [`${what}: ${tallyText(own, text)}`];
  });
}
