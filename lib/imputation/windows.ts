/** A stretch of a region: consecutive targets, and the known sites around them. Ends are exclusive. */
export interface RegionWindow {
  targets: { from: number; to: number };
  sites: { from: number; to: number };
}

export interface WindowSizes {
  targets: number;
  sites: number;
  /** The number of sites of a window is a multiple of it. */
  word: number;
}

/**
 * Cuts a region into windows that all have the same numbers of targets and of sites, so that one compiled program serves
 * them all; the last one overlaps the one before. The sites are those nearest to the middle of the targets, as many on
 * either side as there are.
 *
 * @param sites, targets positions, not decreasing
 */
export function regionWindows(
  sites: ArrayLike<number>,
  targets: ArrayLike<number>,
  sizes: WindowSizes,
): RegionWindow[] {
  const T = Math.min(sizes.targets, targets.length);
  const S = Math.floor(Math.min(sizes.sites, sites.length) / sizes.word) * sizes.word;
  if (T === 0 || S === 0) return [];
  const count = Math.ceil(targets.length / T);
  return Array.from({ length: count }, (_, w) => {
    const from = Math.min(w * T, targets.length - T);
    const middle = (targets[from]! + targets[from + T - 1]!) / 2;
    const before = firstAtLeast(sites, middle);
    const start = Math.max(0, Math.min(sites.length - S, before - (S >> 1)));
    return {
      targets: { from, to: from + T },
      sites: { from: start, to: start + S },
    };
  });
}

/** Index of the first value that is not below a bound; the length if there is none. */
export function firstAtLeast(sorted: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
