import * as tf from "@tensorflow/tfjs-core";
import { xlaInUse } from "./backend/backend.ts";
import { firstOrder, recordClosure } from "./closure.ts";
import { apart } from "./stablehlo/control.ts";
import type { Node } from "./stablehlo/node.ts";
import { leavesOf, substitute } from "./stablehlo/substitute.ts";
import { tapeIsOn, withGradient } from "./tape.ts";
import { flatten, rebuild } from "./tree.ts";

/**
 * A function whose gradient computes its intermediate values again instead of keeping them: it costs `fn` once more
 * and saves all memory between the function's operands and its results.
 *
 * Operands are the tensors among the arguments and all tensors and variables that `fn` reads from outside. `fn` is
 * called once; gradients of gradients are an error. On another backend than XLA's it is the function itself.
 *
 * @throws Error (when called) if `fn` assigns variables
 */
export function checkpoint<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const backend = xlaInUse();
    if (!backend || !tapeIsOn()) return fn(...args);
    const given = flatten(args, "tensors").tensors as tf.Tensor[];
    let result: R;
    const closure = recordClosure(backend, "checkpoint", given, (placeholders) => {
      result = fn(...rebuild(args, placeholders, "tensors"));
      return flatten(result, "tensors").tensors as tf.Tensor[];
    });
    const gradient = closure.gradient!;
    const wanted = [...gradient.given, ...gradient.outside.map(({ node }) => node)];
    const present = wanted.filter((node) => node !== undefined);
    const read = leavesOf(present);
    const captured = closure.captures.map(({ tensor }) => tensor);
    const operands = [...given, ...captured];
    const leaves = [...closure.given, ...closure.captures.map(({ leaf }) => leaf)];
    const kept = leaves.flatMap(({ leaf }, i) => read.has(leaf!) ? [i] : []);
    const told = gradient.outputs.flatMap((node, i) => node && read.has(node.leaf!) ? [i] : []);

    const record = (node: Node) => tf.engine().makeTensorFromTensorInfo(backend.record(node));
    const replacing = (from: readonly Node[], to: readonly Node[]) =>
      new Map(from.map(({ leaf }, i) => [leaf!, to[i]!]));
    const sources = [...given, ...gradient.outside.map(({ tensor }) => tensor)];
    const results = withGradient(
      sources,
      (save) => {
        save(kept.map((i) => operands[i]!));
        const nodes = operands.map((tensor) => backend.nodeOf(tensor));
        return substitute(closure.outputs, replacing(leaves, nodes)).map(record);
      },
      (dys, saved) => {
        // The gradients of the results, which come last, arrive only when it is time to begin.
        const known = [...saved, ...told.map((i) => dys[i]!)].map((tensor) => backend.nodeOf(tensor));
        const from = [...kept.map((i) => leaves[i]!), ...told.map((i) => gradient.outputs[i]!)];
        const made = apart(
          known,
          (nodes) => substitute(present, replacing(from, nodes)),
        );
        let next = 0;
        const gradients = wanted.map((node) => node && made[next++]);
        return firstOrder(backend, "checkpoint", [...sources, ...dys], gradients);
      },
    );
    tf.dispose(captured);
    return rebuild(result!, results, "tensors");
  };
}
