import { permutation } from "./permutation.ts";

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
