import * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend/backend.ts";
import { elementOf } from "./backend/dtypes.ts";
import type { Loaded } from "./backend/programs.ts";
import { Storage } from "./backend/storage.ts";
import { type ProgramMemory, programMemory } from "./pjrt/executable.ts";
import type { Program } from "./stablehlo/emit.ts";
import { sameShape } from "./stablehlo/node.ts";
import { record, type Source, type Traced, type Update } from "./trace.ts";
import { flatten, rebuild } from "./tree.ts";

/** A compiled function: called like the one it was made from. */
export interface Jitted<A extends unknown[], R> {
  (...args: A): R;
  /** How many programs it has compiled: one for each signature of its arguments. */
  readonly programs: () => number;
  /** What the compiler said of the program for these arguments, which must have been called before. */
  memory(...args: A): ProgramMemory | undefined;
  /** Frees its programs. */
  dispose(): void;
}

interface Compiled<R> extends Loaded {
  program: Program;
  sources: Source[];
  updates: Update[];
  result: R;
  types: { shape: number[]; dtype: tf.DataType }[];
}

/** So many programs of one function are a sign of arguments that vary where they need not. */
const MANY_PROGRAMS = 16;

/**
 * Compiles a function of tensors with XLA. It is recorded once for each signature (shapes, types and plain values of
 * its arguments); later calls run the compiled program without going through JavaScript operations again.
 * Variables that it reads become inputs, variables that it assigns are updated in place.
 *
 * Plain numbers among the arguments are part of the signature: pass what changes at every step as a tensor.
 */
export function jit<A extends unknown[], R>(backend: XlaBackend, fn: (...args: A) => R): Jitted<A, R> {
  const programs = new Map<string, Compiled<R>>();
  const call = (...args: A): R => {
    if (backend.trace) return fn(...args);
    const { tensors, signature } = flatten(args);
    const known = programs.get(signature);
    if (known) return run(backend, known, tensors as tf.Tensor[]);
    const traced = record(backend, fn, args);
    let compiled: Compiled<R>;
    try {
      compiled = prepare(backend, traced);
    } catch (error) {
      traced.restore();
      throw error;
    }
    for (const storage of capturesOf(compiled)) storage.hold();
    const result = runFirst(backend, compiled, traced, tensors as tf.Tensor[]);
    if (traced.createdVariables) {
      free(backend, compiled);
    } else {
      programs.set(signature, compiled);
      if (programs.size === MANY_PROGRAMS) {
        console.warn(
          `jit: ${fn.name || "a function"} was compiled for ${MANY_PROGRAMS} different signatures; ` +
            "pad varying shapes to a few sizes, and pass changing numbers as tensors",
        );
      }
    }
    return result;
  };
  return Object.assign(call, {
    programs: () => programs.size,
    memory: (...args: A) => {
      const compiled = programs.get(flatten(args).signature);
      return compiled && programMemory(compiled.executable);
    },
    dispose: () => {
      for (const compiled of programs.values()) free(backend, compiled);
      programs.clear();
    },
  });
}

/** Values from outside that are built into the program: kept as long as it is. */
const capturesOf = ({ sources }: Pick<Compiled<unknown>, "sources">): Storage[] =>
  sources.flatMap((source) => source.kind === "capture" ? [source.storage] : []);

function free(backend: XlaBackend, compiled: Pick<Compiled<unknown>, "sources" | "program">): void {
  backend.programs.release(compiled.program);
  for (const storage of capturesOf(compiled)) storage.release();
}

/** What the compiled program of `fn` would need, without running it. Inputs may be tensors or their types. */
export function memoryOf(
  backend: XlaBackend,
  fn: (...args: never[]) => unknown,
  ...inputs: unknown[]
): ProgramMemory {
  const traced = record(backend, fn as (...args: unknown[]) => unknown, inputs);
  try {
    const memory = programMemory(backend.programs.acquire(traced.program).executable);
    backend.programs.release(traced.program);
    return memory;
  } finally {
    traced.restore();
  }
}

function prepare<R>(backend: XlaBackend, { program, sources, updates, result }: Traced<R>): Compiled<R> {
  return {
    ...backend.programs.acquire(program),
    program,
    sources,
    updates,
    result,
    types: flatten(result).tensors.map((tensor) => {
      const { shape, dtype } = tensor as tf.Tensor;
      return { shape: [...shape], dtype };
    }),
  };
}

/** The first run: assigned variables still hold placeholders, and their old values are in the trace. */
function runFirst<R>(backend: XlaBackend, compiled: Compiled<R>, traced: Traced<R>, args: tf.Tensor[]): R {
  const { launch, sources, updates } = compiled;
  sources.forEach((source, i) => {
    const storage = source.kind === "argument"
      ? backend.storageOf(args[source.index]!.dataId)
      : source.kind === "variable"
      ? source.before
      : source.storage;
    launch.inputs[i] = storage.handle();
  });
  const keep = updates.flatMap(({ parameter }) => {
    if (parameter === undefined) return [];
    const source = sources[parameter]!;
    return source.kind === "variable" && traced.freed.includes(source.before) ? [] : [BigInt(parameter)];
  });
  launch.run(BigInt64Array.from(keep));
  for (const { variable, output } of updates) give(backend, variable, launch.outputs[output]!);
  for (const storage of traced.freed) storage.release();
  return collect(backend, compiled);
}

function run<R>(backend: XlaBackend, compiled: Compiled<R>, args: tf.Tensor[]): R {
  const { launch, sources, updates } = compiled;
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    const storage = source.kind === "argument"
      ? backend.storageOf(args[source.index]!.dataId)
      : source.kind === "variable"
      ? backend.storageOf(source.variable.dataId)
      : source.storage;
    launch.inputs[i] = storage.handle();
  }
  // A variable whose data other tensors share must not be overwritten: it gets new memory instead.
  const keep = updates.flatMap(({ variable, parameter }) =>
    parameter !== undefined && backend.refCount(variable.dataId) > 1 ? [BigInt(parameter)] : []
  );
  launch.run(keep.length > 0 ? BigInt64Array.from(keep) : undefined);
  for (const { variable, output } of updates) give(backend, variable, launch.outputs[output]!);
  return collect(backend, compiled);
}

/** Makes a program's output the value of a variable. */
function give(backend: XlaBackend, variable: tf.Variable, handle: bigint): void {
  const entry = backend.entry(variable.dataId);
  const { storage } = entry;
  if (entry.references === 1 && storage && sameShape(storage.shape, variable.shape)) {
    return storage.replace(handle);
  }
  const type = { shape: variable.shape, element: entry.type.element };
  const value = tf.engine().makeTensorFromTensorInfo(
    backend.adopt(new Storage(backend.client, type, handle)),
  );
  variable.assign(value);
  value.dispose();
}

/** The function's result with the program's outputs at its leaves. */
function collect<R>(backend: XlaBackend, { launch, result, types }: Compiled<R>): R {
  const tensors = types.map(({ shape, dtype }, i) => {
    const storage = new Storage(backend.client, { shape, element: elementOf(dtype) }, launch.outputs[i]!);
    return tf.engine().makeTensorFromTensorInfo(backend.adopt(storage));
  });
  return rebuild(result, tensors);
}
