import * as tf from "@tensorflow/tfjs-core";

const specs = new WeakSet<object>();

/** The type of a tensor without its value: stands for a tensor where only shapes matter. Made by `tensorSpec`. */
export interface TensorSpec {
  readonly spec: { shape: number[]; dtype: tf.DataType };
}

/** A tensor's type in place of a tensor, for `memoryOf`. */
export function tensorSpec(shape: number[], dtype: tf.DataType = "float32"): TensorSpec {
  const made = { spec: { shape, dtype } };
  specs.add(made);
  return made;
}

const isSpec = (value: object): value is TensorSpec => specs.has(value);

/** What a tree of arrays and objects holds at its leaves. */
interface Flat {
  /** Tensors (or their types) in order; variables are among them only if that was asked for. */
  tensors: (tf.Tensor | TensorSpec)[];
  /** A text that is equal for trees of the same form, with tensors of the same types and equal plain values. */
  signature: string;
}

const unexpected = (found: string) =>
  new TypeError(
    `a compiled function takes and returns tensors, arrays, plain objects and plain values; found ${found}`,
  );

/** What variables are among the leaves of a tree: themselves, the same at every call, or tensors like others. */
type Variables = "themselves" | "tensors";

/** Takes a tree of tensors, arrays, plain objects and plain values apart. */
export function flatten(value: unknown, variables: Variables = "themselves"): Flat {
  const tensors: Flat["tensors"] = [];
  const walk = (part: unknown): string => {
    if (part instanceof tf.Variable && variables === "themselves") return `v${part.id}`;
    if (part instanceof tf.Tensor) {
      tensors.push(part);
      return `${part.dtype}[${part.shape}]`;
    }
    if (Array.isArray(part)) return `(${part.map(walk).join()})`;
    if (part !== null && typeof part === "object") {
      if (isSpec(part)) {
        tensors.push(part);
        return `${part.spec.dtype}[${part.spec.shape}]`;
      }
      const prototype = Object.getPrototypeOf(part);
      if (prototype !== Object.prototype && prototype !== null) {
        throw unexpected(prototype.constructor?.name ?? "an object");
      }
      return `{${
        Object.entries(part).map(([key, child]) => `${JSON.stringify(key)}:${walk(child)}`).join()
      }}`;
    }
    if (typeof part === "function" || typeof part === "symbol") throw unexpected(`a ${typeof part}`);
    if (typeof part === "string") return JSON.stringify(part);
    if (typeof part === "bigint") return `${part}n`;
    return Object.is(part, -0) ? "-0" : String(part);
  };
  const signature = walk(value);
  return { tensors, signature };
}

/** The same tree with other tensors at its leaves, in the order of `flatten`. */
export function rebuild<T>(value: T, tensors: readonly tf.Tensor[], variables: Variables = "themselves"): T {
  let next = 0;
  const walk = (part: unknown): unknown => {
    if (part instanceof tf.Variable && variables === "themselves") return part;
    if (part instanceof tf.Tensor) return tensors[next++];
    if (Array.isArray(part)) return part.map(walk);
    if (part !== null && typeof part === "object") {
      if (isSpec(part)) return tensors[next++];
      return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, walk(child)]));
    }
    return part;
  };
  return walk(value) as T;
}
