import { threefryUniform } from "@spin/xla/threefry";

/** Neighbouring whole numbers, [length]. */
export function span(length: number, from = 0): Int32Array {
  const numbers = new Int32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = from + i;
  return numbers;
}

/** A random order of 0 to n - 1, int32 [n], a pure function of the key, such as seed and epoch. */
export function permutation(n: number, key: readonly [number, number]): Int32Array {
  const order = span(n);
  const draws = threefryUniform(key[0], key[1], 0, n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(draws[i]! * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

export function shuffled(rows: Int32Array, key: readonly [number, number]): Int32Array {
  return permutation(rows.length, key).map((at) => rows[at]!);
}

/** Rows brought together by class, in their order. @param classes of all rows; -1 is one more, the first */
export function sortedByClass(rows: Int32Array, classes: ArrayLike<number>): Int32Array {
  const starts: number[] = [];
  for (const row of rows) starts[classes[row]! + 2] = (starts[classes[row]! + 2] ?? 0) + 1;
  for (let place = 1, sum = 0; place < starts.length; place++) starts[place] = sum += starts[place] ?? 0;
  const sorted = new Int32Array(rows.length);
  for (const row of rows) {
    const place = classes[row]! + 1;
    sorted[starts[place] ?? 0] = row;
    starts[place] = (starts[place] ?? 0) + 1;
  }
  return sorted;
}

/** Keeps the orders of passes apart from other random numbers of the same seed. */
const APART = 0x70617373;

/**
 * Batches of 0 to count - 1 in passes: everything comes once before anything comes again, in a new order each time. A
 * batch may end one pass and begin the next.
 *
 * @returns the members of a batch, [batch], a pure function of its key (seed, number)
 */
export function inPasses(count: number, batch: number): (key: readonly [number, number]) => Int32Array {
  const orders = new Map<string, Int32Array>();
  const orderOf = (seed: number, pass: number) => {
    const name = `${seed} ${pass}`;
    const known = orders.get(name);
    if (known) return known;
    // The end of one pass and the beginning of the next are all that a batch needs, unless things are very few.
    if (orders.size > 2) orders.clear();
    const order = permutation(count, [seed ^ APART, pass]);
    orders.set(name, order);
    return order;
  };
  return ([seed, number]) =>
    Int32Array.from({ length: batch }, (_, i) => {
      const pass = Math.floor((number * batch + i) / count);
      return orderOf(seed, pass)[number * batch + i - pass * count]!;
    });
}
