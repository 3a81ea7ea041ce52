import type * as tf from "@tensorflow/tfjs-core";
import { flatten, type TensorSpec } from "./tree.ts";

/** The arguments of a call, taken apart. */
export interface Call {
  /** The tensors of all arguments that are not static, in order. */
  tensors: (tf.Tensor | TensorSpec)[];
  /** What stands for each argument in the signature. */
  parts: string[];
  /** For each tensor, which argument it belongs to. */
  owners: number[];
}

/**
 * Takes the arguments of a call apart.
 *
 * @param fixed indexes of static arguments
 * @throws TypeError if an argument holds what can't be part of a signature, or a static one holds tensors.
 */
export function readCall(name: string, args: readonly unknown[], fixed: readonly number[]): Call {
  const call: Call = { tensors: [], parts: [], owners: [] };
  args.forEach((arg, i) => {
    if (fixed.includes(i)) {
      call.parts.push(staticPart(name, arg, i));
      return;
    }
    const { tensors, signature } = flatten(arg);
    call.parts.push(signature);
    for (const tensor of tensors) {
      call.tensors.push(tensor);
      call.owners.push(i);
    }
  });
  return call;
}

function staticPart(name: string, arg: unknown, index: number): string {
  const refuse = (found: string) =>
    new TypeError(
      `${name}: static argument ${
        index + 1
      } must be made of plain values (numbers, strings, booleans, null, ` +
        `arrays and plain objects of them), which can be told apart from call to call; found ${found}`,
    );
  let flat: ReturnType<typeof flatten>;
  try {
    flat = flatten(arg, "tensors");
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.replace(/.*found /, "") : String(error));
  }
  if (flat.tensors.length > 0) throw refuse("a tensor");
  return `static ${flat.signature}`;
}

const SHOWN = 3;

/** Says which arguments differ between signatures, with examples: for people who wonder about so many programs. */
export function variation(signatures: readonly (readonly string[])[]): string {
  const length = Math.max(0, ...signatures.map((parts) => parts.length));
  const told = Array.from({ length }, (_, i) => new Set(signatures.map((parts) => parts[i] ?? "nothing")))
    .flatMap((values, i) => {
      if (values.size < 2) return [];
      const shown = [...values].slice(-SHOWN).map((text) =>
        text.length > 60 ? `${text.slice(0, 60)}…` : text
      );
      return [`argument ${i + 1} came as ${values.size} different ones, such as ${shown.join(", ")}`];
    });
  return told.join("; ");
}
