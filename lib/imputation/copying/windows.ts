/** Sites from `start` to before `end`. */
export interface Window {
  start: number;
  end: number;
}

/** Windows of equal length, at most `length`, that share `overlap` sites with the next one; the last two may share more. */
export function copyingWindows(sites: number, length: number, overlap: number): Window[] {
  const size = Math.min(sites, length);
  const windows: Window[] = [];
  for (let start = 0;; start += size - overlap) {
    const from = Math.min(start, sites - size);
    windows.push({ start: from, end: from + size });
    if (from + size === sites) return windows;
  }
}

/** [sites] the window to read each from: where it is farthest from an end that is not the chromosome's. */
export function bestWindows(windows: readonly Window[], sites: number): Int32Array {
  return Int32Array.from({ length: sites }, (_, m) => {
    const depths = windows.map(({ start, end }) =>
      m < start || m >= end
        ? -1
        : Math.min(start === 0 ? sites : m - start, end === sites ? sites : end - 1 - m)
    );
    return depths.indexOf(Math.max(...depths));
  });
}
