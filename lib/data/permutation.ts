import { threefryUniform } from "../engine/threefry.ts";

/**
 * A random order of 0 to n - 1, a pure function of the key (two whole numbers, such as seed and epoch).
 *
 * @returns int32 [n]
 */
export function permutation(n: number, key: readonly [number, number]): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const draws = threefryUniform(key[0], key[1], 0, n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(draws[i]! * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** The given rows in a random order. */
export function shuffled(rows: Int32Array, key: readonly [number, number]): Int32Array {
  return permutation(rows.length, key).map((at) => rows[at]!);
}
