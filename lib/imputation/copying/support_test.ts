import { threefryUniform } from "@spin/xla/threefry";

/** `length` numbers, uniform in [0, 1), the same for the same name. */
export const draws = (name: number, length: number): Float32Array => threefryUniform(17, name, 0, length);

/** `length` alleles 0 and 1. */
export const drawnAlleles = (name: number, length: number): Uint8Array =>
  Uint8Array.from(draws(name, length), (u) => u < 0.5 ? 0 : 1);

/** `length` distances in cM that increase by up to `step`. */
export const drawnDistances = (name: number, length: number, step: number): Float64Array => {
  let sum = 0;
  return Float64Array.from(draws(name, length), (u) => sum += u * step);
};

/** The posterior of every state at every site, [sites, states], by forward and backward recursion in float64. */
export function posteriors(
  sites: number,
  states: number,
  chance: (site: number, state: number) => number,
  move: (site: number, from: number, to: number) => number,
): number[][] {
  const all = Array.from({ length: states }, (_, state) => state);
  const scaled = (values: number[]) => values.map((v) => v / values.reduce((a, b) => a + b));
  const ahead: number[][] = [scaled(all.map((k) => chance(0, k)))];
  for (let m = 1; m < sites; m++) {
    const sum = (k: number) => all.reduce((sum, j) => sum + ahead[m - 1]![j]! * move(m - 1, j, k), 0);
    ahead.push(scaled(all.map((k) => sum(k) * chance(m, k))));
  }
  const behind: number[][] = Array(sites);
  behind[sites - 1] = all.map(() => 1);
  for (let m = sites - 2; m >= 0; m--) {
    const sum = (k: number) =>
      all.reduce((sum, j) => sum + move(m, k, j) * chance(m + 1, j) * behind[m + 1]![j]!, 0);
    behind[m] = scaled(all.map(sum));
  }
  return ahead.map((row, m) => scaled(row.map((v, k) => v * behind[m]![k]!)));
}

/** The chance to get from one of `states` haplotypes to another over a distance in cM. */
export function moveChance(
  cm: number,
  ne: number,
  haplotypes: number,
  states: number,
  same: boolean,
): number {
  const change = 1 - Math.exp(-4 * ne * cm / 100 / haplotypes);
  return (same ? 1 - change : 0) + change / states;
}
