import * as tf from "@tensorflow/tfjs-core";
import type { Trace, XlaBackend } from "./backend/backend.ts";
import { elementOf } from "./backend/dtypes.ts";
import { Storage, storageFor } from "./backend/storage.ts";
import { pairDonations } from "./donation.ts";
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

/**
 * Variables that the function made while it was traced. Next time they are there already, so it must be traced again:
 * at once if their first values are known (`known`), after a run if that computes them (`computed`).
 */
type Created = "none" | "known" | "computed";

/** A function recorded as a program. */
export interface Traced<R> {
  program: Program;
  sources: Source[];
  updates: Update[];
  /** The function's result, with placeholders for its tensors. */
  result: R;
  created: Created;
  /** Which tensors among the arguments have no value after a run. */
  donated: readonly number[];
  /** Which tensors among the arguments are split over the devices. */
  split: ReadonlySet<number>;
  /** Values that the function's assignments freed: inputs of the first run, to be released after it. */
  freed: Storage[];
  /** Makes all as it was before, when the program is not to be run. Variables whose values it computes are disposed. */
  restore(): void;
}

/** How a function's program uses tensors among its arguments, by their indexes. */
interface RecordOptions {
  /** Their memory may be used for results. */
  donate?: readonly number[];
  /** They are split along axis 0 over the devices. */
  split?: readonly number[];
  /** How many devices run it together. */
  devices?: number;
}

/**
 * Runs `fn` once on placeholders and records what it computes, variables included.
 *
 * @throws whatever `fn` throws; variables then have the values they had.
 */
export function recordGraph<A extends unknown[], R>(
  backend: XlaBackend,
  fn: (...args: A) => R,
  args: A,
  { donate = [], split = [], devices = 1 }: RecordOptions = {},
): Traced<R> {
  const engine = tf.engine();
  backend.evaluate();
  const before = variablesBefore(backend);
  const trace: Trace = { freed: [], variables: new Set(before.values()) };
  const holders: object[] = [];
  const leaves: Node[] = [];
  const placeholder = (like: { shape: number[]; dtype: tf.DataType }): tf.Tensor => {
    const holder = {};
    holders.push(holder);
    const node = leaf({ shape: [...like.shape], element: elementOf(like.dtype) }, holder);
    leaves.push(node);
    return engine.makeTensorFromTensorInfo(backend.record(node));
  };

  let complete = false;
  backend.trace = trace;
  engine.startScope("jit");
  try {
    const given = flatten(args).tensors.map((tensor) => placeholder("spec" in tensor ? tensor.spec : tensor));
    const result = fn(...rebuild(args, given));
    if (result instanceof Promise) {
      // What it does later is of no use to anyone, and must not end the process.
      result.catch(() => {});
      throw new TypeError("a compiled function must not be async: it is recorded in one go");
    }
    const outputs = flatten(result).tensors.map((tensor) => backend.nodeOf(tensor as tf.Tensor));
    const lent = pairDonations(donate.map((i) => leaves[i]!), outputs);
    const { assigned, created, donated } = changes(backend, before, outputs);
    const spread = { devices, split: new Set(split.map((i) => holders[i]!)) };
    const program = emit(outputs, new Map([...lent, ...donated]), devices > 1 ? spread : undefined);
    const sources = program.parameters.map((value) => source(value, holders, before));
    complete = true;
    return {
      program,
      sources,
      result,
      created,
      donated: donate,
      split: new Set(split),
      freed: trace.freed,
      restore: () => restore(backend, before, trace.freed),
      updates: assigned.map((update) => {
        const parameter = program.parameters.indexOf(before.get(update.variable) as object);
        return { ...update, parameter: parameter < 0 ? undefined : parameter };
      }),
    };
  } finally {
    engine.endScope();
    backend.trace = undefined;
    if (!complete) restore(backend, before, trace.freed);
  }
}

const registeredVariables = (): tf.Variable[] => Object.values(tf.engine().registeredVariables);

/** The values of all variables, each in memory of its own so that a program can tell them from other inputs. */
function variablesBefore(backend: XlaBackend): Map<tf.Variable, Storage> {
  const before = new Map<tf.Variable, Storage>();
  for (const variable of registeredVariables()) {
    if (variable.dtype === "string") continue;
    const storage = backend.storageOf(variable.dataId);
    if (backend.refCount(variable.dataId) > 1 || storage.shared) {
      assign(backend, variable, new Storage(backend.client, storage, storage.readSync()));
    }
    before.set(variable, backend.storageOf(variable.dataId));
  }
  return before;
}

/** Gives a variable a value in a new place; the storage becomes the variable's. */
export function assign(backend: XlaBackend, variable: tf.Variable, storage: Storage): void {
  const info = { ...backend.adopt(storage), shape: variable.shape };
  const value = tf.engine().makeTensorFromTensorInfo(info);
  variable.assign(value);
  value.dispose();
}

/** What the function did to variables. The new values of assigned ones are appended to the outputs. */
function changes(
  backend: XlaBackend,
  before: ReadonlyMap<tf.Variable, Storage>,
  outputs: Node[],
): { assigned: Omit<Update, "parameter">[]; created: Created; donated: Map<object, number> } {
  const assigned: Omit<Update, "parameter">[] = [];
  const donated = new Map<object, number>();
  let created: Created = "none";
  for (const variable of registeredVariables()) {
    const old = before.get(variable);
    const entry = backend.entry(variable.dataId);
    const { storage } = entry;
    if (old === undefined && storage !== undefined) {
      entry.node = undefined;
      if (created === "none") created = "known";
      continue;
    }
    if (old === undefined) created = "computed";
    else if (storage === old) continue;
    else donated.set(old, outputs.length);
    assigned.push({ variable, output: outputs.length });
    outputs.push(backend.nodeOf(variable));
  }
  return { assigned, created, donated };
}

function restore(
  backend: XlaBackend,
  before: ReadonlyMap<tf.Variable, Storage>,
  freed: Storage[],
): void {
  const changed: [tf.Variable, Storage][] = [];
  for (const variable of registeredVariables()) {
    const entry = backend.entry(variable.dataId);
    const { storage } = entry;
    const old = before.get(variable);
    if (old === undefined) {
      if (storage === undefined) variable.dispose();
      else entry.node = undefined;
    } else if (storage !== old) {
      const at = freed.indexOf(old);
      if (at >= 0) freed.splice(at, 1);
      else old.hold();
      changed.push([variable, old]);
    }
  }
  for (const [variable, old] of changed) assign(backend, variable, old);
  for (const storage of freed) storage.release();
}

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
  return { kind: "capture", storage: storageFor(value) };
}
