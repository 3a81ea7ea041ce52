import { UserError } from "../../errors.ts";

/**
 * The input sites of a window (`npt/datasets/imputation.py`, getClosestSnps): for each target the `nClosest` sites
 * that are nearest by position, one at its own position left out and the first of equally near ones taken first; of
 * all these together, in order, the middle `nClosest`.
 *
 * @param targetPositions [targets]
 * @param sitePositions of the sites that an array measures, not decreasing [sites]
 * @returns increasing indices of sites [nClosest]
 * @throws UserError if there are fewer sites.
 */
export function closestSites(
  targetPositions: ArrayLike<number>,
  sitePositions: Int32Array,
  nClosest: number,
): Int32Array {
  if (!(Number.isInteger(nClosest) && nClosest >= 1)) {
    throw new UserError(`nClosest: expected a positive whole number, found ${nClosest}`);
  }
  const near = new Uint8Array(sitePositions.length);
  for (let t = 0; t < targetPositions.length; t++) {
    markNearest(sitePositions, targetPositions[t]!, nClosest, near);
  }
  const union: number[] = [];
  near.forEach((mark, site) => mark && union.push(site));
  const start = Math.floor(union.length / 2) - Math.floor(nClosest / 2);
  return Int32Array.from(union.slice(start, start + nClosest));
}

/** Marks the `count` sites nearest to a position. */
function markNearest(sites: Int32Array, position: number, count: number, near: Uint8Array): void {
  let left = firstFrom(sites, position) - 1;
  let right = firstFrom(sites, position + 1);
  if (left + 1 + sites.length - right < count) {
    throw new UserError(
      `a window at ${position}: expected at least ${count} array sites beside it, found ${
        left + 1 + sites.length - right
      }; choose fewer (nClosest) or an array with more sites`,
    );
  }
  let radius = 0;
  for (let taken = 0; taken < count; taken++) {
    const before = left < 0 ? Infinity : position - sites[left]!;
    const after = right === sites.length ? Infinity : sites[right]! - position;
    radius = Math.min(before, after);
    if (before <= after) left--;
    else right++;
  }
  const [start, end] = [firstFrom(sites, position - radius), firstFrom(sites, position + radius + 1)];
  const distance = (site: number) => Math.abs(sites[site]! - position);
  let room = count;
  for (let site = start; site < end; site++) {
    if (distance(site) === 0 || distance(site) === radius) continue;
    near[site] = 1;
    room--;
  }
  for (let site = start; site < end && room > 0; site++) {
    if (distance(site) !== radius) continue;
    near[site] = 1;
    room--;
  }
}

/** The first index whose position is at least this. */
function firstFrom(positions: Int32Array, position: number): number {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle]! < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Cuts the variants to impute, in their order, in windows of `size`; what is left at the end belongs to none.
 *
 * @param variants indices of variants
 * @throws UserError if there are not enough for one window.
 */
export function targetBlocks(variants: Int32Array, size: number): Int32Array[] {
  if (!(Number.isInteger(size) && size >= 1 && size <= variants.length)) {
    throw new UserError(`window size: expected a whole number from 1 to ${variants.length}, found ${size}`);
  }
  return Array.from(
    { length: Math.floor(variants.length / size) },
    (_, block) => variants.subarray(block * size, (block + 1) * size),
  );
}

/**
 * The blocks in the middles of `count` equal parts of all `blocks`: for 5 of 165 those of B1, 16, 49, 82, 115 and
 * 148.
 */
export function spacedBlocks(blocks: number, count: number): number[] {
  if (!(Number.isInteger(count) && count >= 1 && count <= blocks)) {
    throw new UserError(`windows: expected a whole number from 1 to ${blocks}, found ${count}`);
  }
  return Array.from({ length: count }, (_, i) => Math.floor((2 * i + 1) * blocks / (2 * count)));
}
