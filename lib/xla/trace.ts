import * as tf from "@tensorflow/tfjs-core";
import type { Trace, XlaBackend } from "./backend/backend.ts";
import { elementOf } from "./backend/dtypes.ts";
import type { Storage } from "./backend/storage.ts";
import { emit, type Program } from "./stablehlo/emit.ts";
import { leaf, type Node } from "./stablehlo/node.ts";
import { flatten, rebuild } from "./tree.ts";

/** Where a parameter of a traced program comes from. */
export type Source =
  | { kind: "argument"; index: number }
  | { kind: "variable"; variable: tf.Variable; before: Storage }
  | { kind: "capture"; storage: Storage };

/** A variable that the function assigns. */
export interface Update {
  variable: tf.Variable;
  /** Which output of the program is the new value. */
  output: number;
  /** Which parameter is the old value, if the function reads it: its memory is reused. */
  parameter: number | undefined;
}

/** A function recorded as a program. */
export interface Traced<R> {
  program: Program;
  sources: Source[];
  updates: Update[];
  /** The function's result, with placeholders for its tensors. */
  result: R;
  /** The function made variables of its own: it must be recorded again for the next call. */
  createdVariables: boolean;
  /** Values that the function's assignments freed: inputs of the first run, to be released after it. */
  freed: Storage[];
  /** Gives the assigned variables their old values back, when the program is not to be run. */
  restore(): void;
}

const registeredVariables = (): tf.Variable[] => Object.values(tf.engine().registeredVariables);

/**
 * Runs `fn` once on placeholders and records what it computes, variables included.
 *
 * @throws whatever `fn` throws; variables then have the values they had.
 */
export function record<A extends unknown[], R>(
  backend: XlaBackend,
  fn: (...args: A) => R,
  args: A,
): Traced<R> {
  backend.evaluate();
  const before = new Map<tf.Variable, Storage>();
  for (const variable of registeredVariables()) {
    const storage = backend.refCount(variable.dataId) > 0
      ? backend.entry(variable.dataId).storage
      : undefined;
    if (storage) before.set(variable, storage);
  }
  const trace: Trace = { freed: [] };
  const engine = tf.engine();
  const holders: object[] = [];
  const placeholder = (like: { shape: number[]; dtype: tf.DataType }): tf.Tensor => {
    const holder = {};
    holders.push(holder);
    const node = leaf({ shape: [...like.shape], element: elementOf(like.dtype) }, holder);
    return engine.makeTensorFromTensorInfo(backend.record(node));
  };

  const restore = () => {
    backend.trace = undefined;
    for (const [variable, storage] of before) {
      if (variable.isDisposed || backend.entry(variable.dataId).storage === storage) continue;
      const old = engine.makeTensorFromTensorInfo(backend.adopt(storage));
      variable.assign(old);
      old.dispose();
      trace.freed.splice(trace.freed.indexOf(storage), 1);
    }
    for (const storage of trace.freed) storage.release();
  };

  backend.trace = trace;
  engine.startScope("jit");
  try {
    const given = flatten(args).tensors.map((tensor) => placeholder("spec" in tensor ? tensor.spec : tensor));
    const result = fn(...rebuild(args, given));
    if (result instanceof Promise) {
      throw new TypeError("a compiled function must not be async: it is recorded in one go");
    }
    const outputs = flatten(result).tensors.map((tensor) => backend.nodeOf(tensor as tf.Tensor));
    const updates: Omit<Update, "parameter">[] = [];
    const donated = new Map<object, number>();
    let createdVariables = false;
    for (const variable of registeredVariables()) {
      const old = before.get(variable);
      if (backend.refCount(variable.dataId) === 0) continue;
      const entry = backend.entry(variable.dataId);
      if (old && entry.storage === old) continue;
      if (!old && entry.storage) continue;
      updates.push({ variable, output: outputs.length });
      if (old) donated.set(old, outputs.length);
      else createdVariables = true;
      outputs.push(backend.nodeOf(variable));
    }
    engine.endScope();
    const program = emit(outputs, [], donated);
    const sources = program.parameters.map((value): Source => source(value, holders, before));
    return {
      program,
      sources,
      result,
      createdVariables,
      freed: trace.freed,
      restore,
      updates: updates.map((update) => ({
        ...update,
        parameter: indexOrUndefined(program.parameters.indexOf(before.get(update.variable) as object)),
      })),
    };
  } catch (error) {
    engine.endScope();
    restore();
    throw error;
  } finally {
    backend.trace = undefined;
  }
}

const indexOrUndefined = (index: number): number | undefined => index < 0 ? undefined : index;

function source(
  value: object,
  holders: readonly object[],
  before: ReadonlyMap<tf.Variable, Storage>,
): Source {
  const index = holders.indexOf(value);
  if (index >= 0) return { kind: "argument", index };
  for (const [variable, storage] of before) {
    if (storage === value) return { kind: "variable", variable, before: storage };
  }
  return { kind: "capture", storage: value as Storage };
}

export type { Node };
