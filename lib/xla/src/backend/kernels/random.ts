import { type Node, splat, type TensorType } from "../../stablehlo/node.ts";
import { binary, broadcastInDim, concatenate, convert, iota, reshape, slice } from "../../stablehlo/ops.ts";
import { sizeOf } from "../../stablehlo/node.ts";
import { PARITY, rotation, ROUNDS } from "../../threefry.ts";
import type { KernelTable } from "./kernel.ts";

/**
 * Threefry-2x32 over the counters (i, stream), as integer operations that the compiler fuses into whatever uses the
 * numbers: they are never stored.
 */
function threefry(key: [Node, Node], counter: [Node, Node]): [Node, Node] {
  const type: TensorType = counter[0];
  const add = (a: Node, b: Node) => binary("add", a, b);
  const xor = (a: Node, b: Node) => binary("xor", a, b);
  const word = (value: number) => splat(value, type);
  const rotate = (x: Node, by: number) =>
    binary("or", binary("shift_left", x, word(by)), binary("shift_right_logical", x, word(32 - by)));
  const keys = [...key, xor(xor(key[0], key[1]), word(PARITY))] as const;
  let [x0, x1] = [add(counter[0], keys[0]), add(counter[1], keys[1])];
  for (let round = 0; round < ROUNDS; round++) {
    x0 = add(x0, x1);
    x1 = xor(rotate(x1, rotation(round)), x0);
    if ((round & 3) === 3) {
      const block = (round >> 2) + 1;
      x0 = add(x0, keys[block % 3]!);
      x1 = add(add(x1, keys[(block + 1) % 3]!), word(block));
    }
  }
  return [x0, x1];
}

/** 24 random bits as a number in [0, 1). */
function unit(bits: Node): Node {
  const high = binary("shift_right_logical", bits, splat(8, bits));
  const value = convert(high, "f32");
  return binary("multiply", value, splat(2 ** -24, value));
}

/** float32 of `shape`, uniform in [0, 1): word 0 of counter i is element i, word 1 is element ceil(n / 2) + i. */
function keyedUniform(key: Node, shape: readonly number[], stream: number): Node {
  const n = sizeOf(shape);
  const half = Math.ceil(n / 2);
  const type: TensorType = { shape: [half], element: "ui32" };
  const words = convert(key, "ui32");
  const part = (i: number) => broadcastInDim(reshape(slice(words, [i], [i + 1]), []), [], type.shape);
  const [low, high] = threefry([part(0), part(1)], [iota(type, 0), splat(stream, type)]);
  const both = concatenate([unit(low), unit(high)], 0);
  return reshape(slice(both, [0], [n]), shape);
}

export const randomKernels: KernelTable = {
  KeyedUniform: ({ input, attrs }) =>
    keyedUniform(input("key"), attrs["shape"] as number[], attrs["stream"] as number),
};
