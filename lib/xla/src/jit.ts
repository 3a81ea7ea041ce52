import * as tf from "@tensorflow/tfjs-core";
import { type XlaBackend, xlaInUse } from "./backend/backend.ts";
import { freeGarbageAfter } from "./backend/out_of_memory.ts";
import { BACKEND } from "./backend/register.ts";
import { type Compiled, free, outputsReady, prepareAsync, runCompiled, start } from "./compiled.ts";
import { checkDonation } from "./donation.ts";
import { UserError } from "./errors.ts";
import { checkMesh, type Mesh } from "./mesh.ts";
import { type ProgramMemory, programMemory } from "./pjrt/executable.ts";
import { type Call, readCall, variation } from "./signature.ts";
import { recordGraph, type Traced } from "./trace.ts";
import { flatten } from "./tree.ts";

export interface JitOptions {
  /**
   * Indexes of arguments that are plain values, whatever their form: they are part of the signature and reach the
   * function as they are.
   */
  static?: readonly number[];
  /** Indexes of arguments whose tensors lend their memory to results, and have no value after the call. */
  donate?: readonly number[];
  /** Runs it on several devices: some arguments split, all else on each. Results and variables are whole. */
  mesh?: Mesh;
  /** How many programs it may have; 64 by default. */
  maxPrograms?: number;
  /** What messages call it instead of the function's own name. */
  name?: string;
}

/** A compiled function: called like the one it was made from. */
export interface Jitted<A extends unknown[], R> {
  (...args: A): R;
  /**
   * The same, but resolves when the results are there, and the event loop goes on meanwhile: compilation and execution
   * take place on other threads. Only recording the function, at its first call, holds the loop up.
   */
  async(...args: A): Promise<R>;
  /**
   * Compiles the program for these arguments on another thread, without running it; several at once use several cores.
   * Programs that compute the first values of variables are left to the first call.
   */
  prepare(...args: A): Promise<void>;
  /** How many programs it has compiled: one for each signature of its arguments. */
  readonly programs: () => number;
  /** What the compiler said of the program for these arguments, which must have been called before. */
  memory(...args: A): ProgramMemory | undefined;
  /** Frees its programs. */
  dispose(): void;
}

/** So many programs of one function are a sign of arguments that vary where they need not. */
const MANY_PROGRAMS = 16;
const MAX_PROGRAMS = 64;

const ADVICE = "pad varying shapes to a few sizes, and pass changing numbers as tensors";

interface Known<R> {
  parts: string[];
  compiled: Compiled<R>;
}

/**
 * Compiles a function of tensors with XLA. It is recorded once for each signature (shapes, types and plain values of
 * its arguments); later calls run the compiled program without going through JavaScript operations again.
 * Variables that it reads become inputs, variables that it assigns are updated in place.
 *
 * Plain numbers among the arguments are part of the signature: pass what changes at every step as a tensor.
 * Calls warn at 16 programs and throw an Error beyond `maxPrograms`, naming the arguments that vary.
 *
 * The backend is the one in use when the compiled function is called. On another one than XLA's the function runs as it
 * is, what it makes beside its results is freed, and `options` mean nothing.
 */
export function jit<A extends unknown[], R>(fn: (...args: A) => R, options: JitOptions = {}): Jitted<A, R> {
  let compiled: Jitted<A, R> | undefined;
  const onXla = (): Jitted<A, R> | undefined => {
    const backend = xlaInUse();
    return backend && (compiled ??= jitOn(backend, fn, options));
  };
  const call = (...args: A): R => (onXla() ?? eager(fn))(...args);
  return Object.assign(call, {
    async: async (...args: A): Promise<R> => {
      const known = onXla();
      if (known) return await known.async(...args);
      // Timers and events first: nothing else lets them through here.
      await new Promise((resolve) => setTimeout(resolve));
      return eager(fn)(...args);
    },
    prepare: async (...args: A): Promise<void> => await onXla()?.prepare(...args),
    programs: () => compiled?.programs() ?? 0,
    memory: (...args: A) => onXla()?.memory(...args),
    dispose: () => compiled?.dispose(),
  });
}

const eager = <A extends unknown[], R>(fn: (...args: A) => R) => (...args: A): R =>
  tf.tidy(() => {
    const value = fn(...args);
    // tfjs would only print a line, and free what the function still works with.
    if (value instanceof Promise) {
      value.catch(() => {});
      throw new TypeError("a compiled function must not be async");
    }
    return value as unknown as tf.TensorContainer;
  }) as R;

function jitOn<A extends unknown[], R>(
  backend: XlaBackend,
  fn: (...args: A) => R,
  options: JitOptions,
): Jitted<A, R> {
  const { static: fixed = [], donate = [], mesh, maxPrograms = MAX_PROGRAMS } = options;
  const name = options.name ?? (fn.name || "a compiled function");
  const programs = new Map<string, Known<R>>();
  const read = (args: A) => readCall(name, args, fixed);
  const ownedBy = ({ owners }: Call, args: readonly number[] = []) =>
    owners.flatMap((owner, i) => args.includes(owner) ? [i] : []);

  const recordCall = (args: A, call: Call): Traced<R> => {
    refuseTooMany();
    const dynamic = args.filter((_, i) => !fixed.includes(i));
    const whole = (...given: unknown[]): R => {
      let next = 0;
      return fn(...args.map((arg, i) => fixed.includes(i) ? arg : given[next++]) as A);
    };
    const use = {
      donate: ownedBy(call, donate),
      split: ownedBy(call, mesh?.batch),
      devices: mesh?.devices,
    };
    const traced = recordGraph(backend, whole, dynamic, use);
    if (traced.created !== "known") return traced;
    traced.restore();
    return recordGraph(backend, whole, dynamic, use);
  };

  const refuseTooMany = () => {
    if (programs.size < maxPrograms) return;
    throw new Error(
      `jit: ${name} has ${programs.size} programs, the most it may have: ${variationOf()}; ${ADVICE}, ` +
        "or raise maxPrograms",
    );
  };
  const variationOf = () => variation([...programs.values()].map(({ parts }) => parts));

  const add = (call: Call, compiled: Compiled<R>): void => {
    programs.set(call.parts.join(), { parts: call.parts, compiled });
    if (programs.size === MANY_PROGRAMS) {
      console.warn(
        `jit: ${name} was compiled for ${MANY_PROGRAMS} different signatures: ${variationOf()}; ${ADVICE}`,
      );
    }
  };

  const checked = (call: Call): tf.Tensor[] => {
    checkTensors(call.tensors, name);
    checkDonation(backend, name, call.tensors, ownedBy(call, donate));
    if (mesh) checkMesh(backend.client, name, mesh.devices, call.tensors, ownedBy(call, mesh.batch));
    return call.tensors;
  };

  const first = (traced: Traced<R>, call: Call, tensors: tf.Tensor[]): R => {
    const { compiled, result } = start(backend, traced, tensors, name);
    if (traced.created === "none") add(call, compiled);
    else free(backend, compiled);
    return result;
  };

  const call = (...args: A): R => {
    if (backend.trace) return fn(...args);
    const call = read(args);
    const tensors = checked(call);
    const known = programs.get(call.parts.join());
    return known
      ? runCompiled(backend, known.compiled, tensors)
      : first(recordCall(args, call), call, tensors);
  };

  const compileTraced = async (traced: Traced<R>, call: Call): Promise<void> => {
    const compiled = await prepareAsync(backend, traced, name);
    // The same call may have been compiled twice meanwhile.
    if (programs.has(call.parts.join())) free(backend, compiled);
    else add(call, compiled);
  };

  const prepare = async (...args: A): Promise<void> => {
    const call = read(args);
    if (programs.has(call.parts.join())) return;
    const traced = recordCall(args, call);
    if (traced.created === "computed") traced.restore();
    else await compileTraced(traced, call);
  };

  const async = async (...args: A): Promise<R> => {
    if (backend.trace) {
      throw new Error(`${name}: async was used inside a compiled function; call it directly`);
    }
    const call = read(args);
    const tensors = checked(call);
    const key = call.parts.join();
    if (!programs.has(key)) {
      const traced = recordCall(args, call);
      // Variables whose first values the program computes can't wait: the function has them already.
      if (traced.created === "computed") {
        const result = first(traced, call, tensors);
        const [tensor] = flatten(result).tensors as tf.Tensor[];
        if (tensor) await backend.ready(tensor.dataId);
        return result;
      }
      await compileTraced(traced, call);
      // An argument may be gone meanwhile.
      checked(call);
    }
    const { compiled } = programs.get(key)!;
    let result: R;
    try {
      result = runCompiled(backend, compiled, tensors);
    } catch (error) {
      await freeGarbageAfter(error);
      checked(call);
      result = runCompiled(backend, compiled, tensors);
    }
    await outputsReady(backend, compiled);
    return result;
  };

  return Object.assign(call, {
    async,
    prepare,
    programs: () => programs.size,
    memory: (...args: A) => {
      const known = programs.get(read(args).parts.join());
      return known && programMemory(known.compiled.executable);
    },
    dispose: () => {
      for (const { compiled } of programs.values()) free(backend, compiled);
      programs.clear();
    },
  });
}

/** @throws Error if the engine is another one now, or an argument has no value. */
function checkTensors(args: Call["tensors"], name: string): asserts args is tf.Tensor[] {
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
 * @throws UserError on another backend than XLA's
 * @throws Error if `fn` makes variables whose first values are computed: they would not exist without a run.
 */
export function memoryOf(fn: (...args: never[]) => unknown, ...inputs: unknown[]): ProgramMemory {
  const backend = xlaInUse();
  if (!backend) {
    throw new UserError(`memoryOf needs the xla engine, which compiles; the engine is ${tf.getBackend()}`);
  }
  if (backend.trace) throw new Error("memoryOf was used inside a compiled function; use it outside");
  const recorded = () => recordGraph(backend, fn as (...args: unknown[]) => unknown, inputs);
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
