import * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend/backend.ts";
import { dtypeOf, elementOf } from "./backend/dtypes.ts";
import { leaf, type Node } from "./stablehlo/node.ts";
import { recordTape, tapeIsOn, withGradient } from "./tape.ts";

/** A function recorded apart from what surrounds it: all that it reads is a leaf, given or from outside. */
export interface Closure {
  /** Leaves for the given tensors, in order. */
  given: Node[];
  outputs: Node[];
  /** What it reads from outside: a leaf, and a tensor (the caller's to dispose) that has the value. */
  captures: { leaf: Node; tensor: tf.Tensor }[];
  /** There if gradients are being recorded. */
  gradient: ClosureGradient | undefined;
}

/** Gradients of a closure as functions of its leaves and of the gradients of its outputs. */
interface ClosureGradient {
  /** Leaves for the gradients of the outputs; undefined where an output is not float32. */
  outputs: (Node | undefined)[];
  /** Gradients of the given tensors; undefined where an output does not depend on one. */
  given: (Node | undefined)[];
  /** Gradients of tensors and variables from outside. */
  outside: { tensor: tf.Tensor; node: Node }[];
}

interface Placeholder {
  tensor: tf.Tensor;
  node: Node;
}

/**
 * Calls `fn` once, on placeholders, and records it with its gradients (tfjs's own), so that whatever it draws or counts
 * in JavaScript is the same in both.
 *
 * @param name for error messages
 * @param like tensors whose types the placeholders have
 * @param fn returns its output tensors
 * @throws Error if it assigns variables: their values would exist only inside.
 */
export function recordClosure(
  backend: XlaBackend,
  name: string,
  like: readonly tf.Tensor[],
  fn: (given: tf.Tensor[]) => tf.Tensor[],
): Closure {
  const engine = tf.engine();
  const captured = new Map<tf.DataId, Node>();
  const capture = (dataId: tf.DataId, value: Node): Node => {
    if (!value.leaf && value.operands.length === 0) return value;
    let known = captured.get(dataId);
    if (!known) {
      backend.incRef(dataId);
      captured.set(dataId, known = leaf({ shape: value.shape, element: value.element }, {}));
    }
    return known;
  };
  const placeholder = ({ shape, dtype }: { shape: number[]; dtype: tf.DataType }): Placeholder => {
    const node = leaf({ shape: [...shape], element: elementOf(dtype) }, {});
    return { node, tensor: engine.makeTensorFromTensorInfo(backend.record(node)) };
  };

  const withGradient = tapeIsOn();
  let recorded: Omit<Closure, "captures"> | undefined;
  try {
    recorded = backend.recordClosure(capture, () => {
      engine.startScope(name);
      try {
        return refusingAssignments(backend, name, () => {
          const given = like.map(placeholder);
          return recordGiven(backend, given, fn, withGradient ? placeholder : undefined);
        });
      } finally {
        engine.endScope();
      }
    });
  } finally {
    if (!recorded) { for (const dataId of captured.keys()) backend.disposeData(dataId); }
  }
  const captures = [...captured].map(([dataId, node]) => {
    const info = { dataId, shape: [...node.shape], dtype: dtypeOf(node.element) };
    return { leaf: node, tensor: engine.makeTensorFromTensorInfo(info) };
  });
  return { ...recorded, captures };
}

function recordGiven(
  backend: XlaBackend,
  given: Placeholder[],
  fn: (given: tf.Tensor[]) => tf.Tensor[],
  placeholder: ((like: tf.Tensor) => Placeholder) | undefined,
): Omit<Closure, "captures"> {
  const tensors = given.map(({ tensor }) => tensor);
  const leaves = given.map(({ node }) => node);
  if (!placeholder) {
    return {
      given: leaves,
      outputs: fn(tensors).map((output) => backend.nodeOf(output)),
      gradient: undefined,
    };
  }
  let outputs: Node[] = [];
  let cotangents: (Placeholder | undefined)[] = [];
  const taped = recordTape(tensors, () => {
    const results = fn(tensors);
    outputs = results.map((output) => backend.nodeOf(output));
    cotangents = results.map((output) => output.dtype === "float32" ? placeholder(output) : undefined);
    // The gradient of this sum is the one that the gradients of the outputs give.
    return results.reduce<tf.Tensor>((sum, output, i) => {
      const weights = cotangents[i]?.tensor;
      return weights ? tf.add(sum, tf.sum(tf.mul(output, weights))) : sum;
    }, tf.scalar(0));
  });
  return {
    given: leaves,
    outputs,
    gradient: {
      outputs: cotangents.map((cotangent) => cotangent?.node),
      given: taped.given.map((gradient) => gradient && backend.nodeOf(gradient)),
      outside: taped.outside.map(({ tensor, gradient }) => ({ tensor, node: backend.nodeOf(gradient) })),
    },
  };
}

/** @throws Error if `fn` assigns a variable, which then has its old value again. */
function refusingAssignments<T>(backend: XlaBackend, name: string, fn: () => T): T {
  const before = Object.values(tf.engine().registeredVariables).map((variable) => {
    backend.incRef(variable.dataId);
    return { variable, dataId: variable.dataId };
  });
  try {
    return fn();
  } finally {
    const changed = before.filter(({ variable, dataId }) =>
      !variable.isDisposed && variable.dataId !== dataId
    );
    for (const { variable, dataId } of changed) {
      backend.incRef(dataId);
      const { shape, dtype } = variable;
      const old = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
      variable.assign(old);
      old.dispose();
    }
    for (const { dataId } of before) backend.disposeData(dataId);
    if (changed.length > 0) {
      const names = changed.map(({ variable }) => `'${variable.name}'`).join(", ");
      // deno-lint-ignore no-unsafe-finally -- what the function threw beside is of less use
      throw new Error(`${name}: the function must not assign variables (${names}); return the new values`);
    }
  }
}

/** Gradients as tensors: functions of `inputs` that have no gradient themselves. */
export function firstOrder(
  backend: XlaBackend,
  name: string,
  inputs: readonly tf.Tensor[],
  gradients: readonly (Node | undefined)[],
): (tf.Tensor | undefined)[] {
  const present = gradients.filter((gradient) => gradient !== undefined);
  const tensors = withGradient(
    inputs,
    () => present.map((node) => tf.engine().makeTensorFromTensorInfo(backend.record(node))),
    () => {
      throw new Error(`${name}: gradients of gradients are not supported`);
    },
  );
  let next = 0;
  return gradients.map((gradient) => gradient && tensors[next++]);
}
