import { UserError } from "../../errors.ts";

/** Parameters of the copying model. */
export interface CopyingOptions {
  /** Effective size of the population: how often the copied haplotype changes; 100,000 by default. */
  ne?: number;
  /** Chance that an allele differs from the copied one; 0.003 by default. */
  mismatch?: number;
  /** Bytes that states may take on the device; 400 MB by default. */
  memory?: number;
}

/** All of them, with defaults. */
export const copyingOptions = (
  { ne = 1e5, mismatch = 0.003, memory = 4e8 }: CopyingOptions,
): Required<CopyingOptions> => ({ ne, mismatch, memory });

/**
 * Rows of a matrix whose columns are sites.
 *
 * @throws UserError if there is no site, no row, or a part of one.
 */
export function rowsOf(what: string, { length }: Uint8Array, columns: number): number {
  if (columns === 0) throw new UserError("copying model: expected at least one site, found none");
  const rows = length / columns;
  if (Number.isInteger(rows) && rows > 0) return rows;
  throw new UserError(`${what}: expected rows of ${columns} sites, found ${length} values`);
}

/** Targets that a step takes. */
export const SLOTS = 16;

/** What the model walks along: sites, some more than once, each with a few of the targets between it and the next. */
export interface Steps {
  /** [steps]: the site. */
  site: Int32Array;
  /** [steps]: 1 at a site's first step; its allele counts there alone. */
  fresh: Uint8Array;
  /** [steps + 1]: targets from `first[i]` to `first[i + 1]` are those of step i, at most `SLOTS`. */
  first: Int32Array;
  /** [targets]: the share of the next site in a target's states. */
  weight: Float32Array;
}

/**
 * Steps along sites and targets, both with cM that do not decrease. A site with more than `SLOTS` targets up to the next
 * one takes several steps. Targets before the first site are its own, and those behind the last one the last one's.
 */
export function stepsOf(sites: ArrayLike<number>, targets: ArrayLike<number>): Steps {
  const [site, fresh, first]: [number[], number[], number[]] = [[], [], [0]];
  const weight = new Float32Array(targets.length);
  for (let a = 0, t = 0; a < sites.length; a++) {
    const [here, next] = [sites[a]!, sites[a + 1] ?? Infinity];
    for (let start = true; start || (t < targets.length && targets[t]! < next); start = false) {
      site.push(a);
      fresh.push(start ? 1 : 0);
      for (let slot = 0; slot < SLOTS && t < targets.length && targets[t]! < next; slot++, t++) {
        weight[t] = Math.max(0, (targets[t]! - here) / (next - here));
      }
      first.push(t);
    }
  }
  return {
    site: Int32Array.from(site),
    fresh: Uint8Array.from(fresh),
    first: Int32Array.from(first),
    weight,
  };
}

/** Chances that the copied haplotype changes on the way from each site to the next, [sites]; 0 behind the last. */
export function changesBetween(
  centimorgans: ArrayLike<number>,
  haplotypes: number,
  ne: number,
): Float32Array {
  return Float32Array.from(centimorgans, (here, i) => {
    const morgans = ((centimorgans[i + 1] ?? here) - here) / 100;
    return -Math.expm1(-4 * ne * morgans / haplotypes);
  });
}
