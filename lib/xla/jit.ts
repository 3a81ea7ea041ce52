import * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend/backend.ts";
import { BACKEND } from "./backend/register.ts";
import { type Compiled, free, run, start } from "./compiled.ts";
import { type ProgramMemory, programMemory } from "./pjrt/executable.ts";
import { record } from "./trace.ts";
import { type Flat, flatten } from "./tree.ts";

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
    check(tensors, fn);
    const known = programs.get(signature);
    if (known) return run(backend, known, tensors);
    let traced = record(backend, fn, args);
    if (traced.created === "known") {
      traced.restore();
      traced = record(backend, fn, args);
    }
    const { compiled, result } = start(backend, traced, tensors);
    if (traced.created !== "none") {
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

/** @throws Error if the engine is another one now, or an argument has no value. */
function check(args: Flat["tensors"], fn: (...args: never[]) => unknown): asserts args is tf.Tensor[] {
  const name = fn.name || "a compiled function";
  const { backendName } = tf.engine();
  if (backendName !== BACKEND) {
    throw new Error(`${name} was compiled for ${BACKEND}; the engine is now ${backendName}`);
  }
  args.forEach((tensor, i) => {
    const problem = "spec" in tensor ? "is only a type" : tensor.isDisposed ? "is disposed" : undefined;
    if (problem === undefined) return;
    const { dtype, shape } = "spec" in tensor ? tensor.spec : tensor;
    throw new Error(
      `${name}: tensor ${i + 1} of ${args.length} among its arguments (${dtype} [${shape}]) ${problem}`,
    );
  });
}

/**
 * What the compiled program of `fn` would need, without running it. Inputs may be tensors or their types.
 *
 * @throws Error if `fn` makes variables whose first values are computed: they would not exist without a run.
 */
export function memoryOf(
  backend: XlaBackend,
  fn: (...args: never[]) => unknown,
  ...inputs: unknown[]
): ProgramMemory {
  if (backend.trace) throw new Error("memoryOf was used inside a compiled function; use it outside");
  const recorded = () => record(backend, fn as (...args: unknown[]) => unknown, inputs);
  let traced = recorded();
  if (traced.created === "known") {
    traced.restore();
    traced = recorded();
  }
  try {
    if (traced.created === "computed") {
      throw new Error(
        "memoryOf: the function makes variables and computes their values; run it once first, so that they exist",
      );
    }
    const memory = programMemory(backend.programs.acquire(traced.program).executable);
    backend.programs.release(traced.program);
    return memory;
  } finally {
    traced.restore();
  }
}
