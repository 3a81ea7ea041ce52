import * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend/backend.ts";
import { elementOf } from "./backend/dtypes.ts";
import { countRun } from "./backend/device_memory.ts";
import type { Entry } from "./backend/entry.ts";
import { launchWithin } from "./backend/out_of_memory.ts";
import type { Loaded } from "./backend/programs.ts";
import { Storage } from "./backend/storage.ts";
import { feed, replicasOf } from "./mesh.ts";
import { bufferReady } from "./pjrt/buffer.ts";
import type { Program } from "./stablehlo/emit.ts";
import { sameShape } from "./stablehlo/node.ts";
import { assign, type Source, type Traced, type Update } from "./trace.ts";
import { flatten, rebuild } from "./tree.ts";

/** A recorded function as a compiled program, with all that a call needs. */
export interface Compiled<R> extends Loaded {
  program: Program;
  sources: Source[];
  updates: Update[];
  result: R;
  types: { shape: number[]; dtype: tf.DataType }[];
  /** Which tensors among the arguments have no value after a run. */
  donated: readonly number[];
  /** Which tensors among the arguments are split over the devices. */
  split: ReadonlySet<number>;
  /** For error messages. */
  name: string;
}

/** Values from outside that are built into the program: kept as long as it is. */
const capturesOf = ({ sources }: Pick<Compiled<unknown>, "sources">): Storage[] =>
  sources.flatMap((source) => source.kind === "capture" ? [source.storage] : []);

/** Frees a program and what it keeps. */
export function free(backend: XlaBackend, compiled: Pick<Compiled<unknown>, "sources" | "program">): void {
  backend.programs.release(compiled.program);
  for (const storage of capturesOf(compiled)) storage.release();
}

/** Compiles what was recorded and runs it for the first time. @throws PjrtError; variables are then as before. */
export function start<R>(
  backend: XlaBackend,
  traced: Traced<R>,
  args: tf.Tensor[],
  name: string,
): { compiled: Compiled<R>; result: R } {
  let compiled: Compiled<R> | undefined;
  try {
    compiled = keepCaptures(traced, () => assemble(traced, backend.programs.acquire(traced.program), name));
    launchFirst(backend, compiled, traced, args);
  } catch (error) {
    if (compiled) free(backend, compiled);
    traced.restore();
    throw error;
  }
  finish(backend, compiled);
  takeDonated(backend, compiled, args);
  for (const storage of traced.freed) storage.release();
  return { compiled, result: collect(backend, compiled) };
}

/**
 * Compiles what was recorded on another thread, without running it: variables have their old values meanwhile and
 * after.
 *
 * @throws PjrtError
 */
export async function prepareAsync<R>(
  backend: XlaBackend,
  traced: Traced<R>,
  name: string,
): Promise<Compiled<R>> {
  const captures = capturesOf(traced);
  for (const storage of captures) storage.hold();
  traced.restore();
  try {
    return assemble(traced, await backend.programs.acquireAsync(traced.program), name);
  } catch (error) {
    for (const storage of captures) storage.release();
    throw error;
  }
}

/** Keeps the values that a program has built in, unless `make` fails. */
function keepCaptures<T>(traced: Pick<Compiled<unknown>, "sources">, make: () => T): T {
  const captures = capturesOf(traced);
  for (const storage of captures) storage.hold();
  try {
    return make();
  } catch (error) {
    for (const storage of captures) storage.release();
    throw error;
  }
}

function assemble<R>(traced: Traced<R>, loaded: Loaded, name: string): Compiled<R> {
  const { program, sources, updates, result, donated, split } = traced;
  const types = flatten(result).tensors.map((tensor) => {
    const { shape, dtype } = tensor as tf.Tensor;
    return { shape: [...shape], dtype };
  });
  return { ...loaded, program, sources, updates, result, types, donated, split, name };
}

/** The first run: assigned variables still hold placeholders, and their old values are in the trace. */
function launchFirst<R>(
  backend: XlaBackend,
  compiled: Compiled<R>,
  traced: Traced<R>,
  args: tf.Tensor[],
): void {
  const { sources, updates } = compiled;
  const keep = updates.flatMap(({ parameter }) => {
    if (parameter === undefined) return [];
    const source = sources[parameter]!;
    return source.kind === "variable" && traced.freed.includes(source.before) ? [] : [parameter];
  });
  launchOn(backend, compiled, args, ({ before }) => before, keep);
}

/** Gives the program its inputs and starts it. */
function launchOn(
  backend: XlaBackend,
  compiled: Compiled<unknown>,
  args: tf.Tensor[],
  valueOf: (source: Source & { kind: "variable" }) => Storage,
  keep?: readonly number[],
): void {
  const { launch, memory, name, sources, split } = compiled;
  const storageOf = (source: Source): Storage => {
    if (source.kind === "argument") return backend.storageOf(args[source.index]!.dataId);
    return source.kind === "variable" ? valueOf(source) : source.storage;
  };
  const made: (() => void)[] = [];
  try {
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      const free = feed(launch, i, storageOf(source), source.kind === "argument" && split.has(source.index));
      if (free) made.push(free);
    }
    launchWithin(name, compiled, keep);
    countRun(memory.temporary);
  } finally {
    for (const free of made) free();
  }
}

/** Runs the program again, on other arguments and on the variables as they are now. */
export function runCompiled<R>(backend: XlaBackend, compiled: Compiled<R>, args: tf.Tensor[]): R {
  const { updates } = compiled;
  // What is pending may need the values of variables that this call overwrites.
  backend.evaluate();
  let keep: number[] | undefined;
  for (const { variable, parameter } of updates) {
    checkAlive(variable);
    if (parameter !== undefined && !isOwner(backend.entry(variable.dataId))) {
      (keep ??= []).push(parameter);
    }
  }
  launchOn(backend, compiled, args, ({ variable }) => currentValue(backend, variable), keep);
  finish(backend, compiled);
  takeDonated(backend, compiled, args);
  return collect(backend, compiled);
}

function currentValue(backend: XlaBackend, variable: tf.Variable): Storage {
  checkAlive(variable);
  return backend.storageOf(variable.dataId);
}

function checkAlive({ isDisposed, name }: tf.Variable): void {
  if (isDisposed) throw new Error(`variable '${name}' is disposed, and a compiled function uses it`);
}

/** Whether nothing but the one variable uses an entry's memory: only then may a program overwrite it. */
const isOwner = ({ references, storage }: Entry): boolean => references === 1 && storage?.shared === false;

/** Makes a program's outputs the values of the variables it assigns. */
function finish<R>(backend: XlaBackend, { launch, updates }: Compiled<R>): void {
  for (const { variable, output } of updates) {
    const entry = backend.entry(variable.dataId);
    const handle = launch.outputs[output]!;
    const replicas = replicasOf(launch, output);
    if (isOwner(entry) && sameShape(entry.storage!.shape, variable.shape)) {
      entry.storage!.replace(handle, replicas);
      entry.node = undefined;
    } else {
      const type = { shape: variable.shape, element: entry.type.element };
      assign(backend, variable, new Storage(backend.client, type, handle, replicas));
    }
  }
}

function takeDonated(backend: XlaBackend, { donated, name }: Compiled<unknown>, args: tf.Tensor[]): void {
  for (const index of donated) backend.storageOf(args[index]!.dataId).donate(name);
}

/** Resolves when the outputs of the last run are there, after a turn of the event loop at least. @throws PjrtError if it failed. */
export async function outputsReady(backend: XlaBackend, { launch }: Compiled<unknown>): Promise<void> {
  const [first] = launch.outputs;
  // All outputs of a program are there when one is.
  if (first !== undefined) await bufferReady(backend.client.api, first, true);
}

/** The function's result with the program's outputs at its leaves. */
function collect<R>(backend: XlaBackend, { launch, result, types }: Compiled<R>): R {
  const tensors = types.map(({ shape, dtype }, i) => {
    const type = { shape, element: elementOf(dtype) };
    const storage = new Storage(backend.client, type, launch.outputs[i]!, replicasOf(launch, i));
    return tf.engine().makeTensorFromTensorInfo(backend.adopt(storage));
  });
  return rebuild(result, tensors);
}
