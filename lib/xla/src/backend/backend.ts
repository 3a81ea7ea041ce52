import * as tf from "@tensorflow/tfjs-core";
import type { Client } from "../pjrt/client.ts";
import type { HostArray } from "../pjrt/buffer.ts";
import { constant, isUniform, MAX_CONSTANT, type Node, type TensorType } from "../stablehlo/node.ts";
import { reshape } from "../stablehlo/ops.ts";
import { createAbandoned } from "./abandoned.ts";
import { createCuts } from "./cuts.ts";
import { countRun, deviceMemory } from "./device_memory.ts";
import { dtypeOf, elementOf, toHostArray } from "./dtypes.ts";
import { createEntries } from "./entries.ts";
import { createEntry, type Entry } from "./entry.ts";
import { type Complex, type HostValue, isHostValue, readHostValue } from "./host_values.ts";
import { createProgramStore } from "./program_store.ts";
import { createPrograms, type Programs } from "./programs.ts";
import { launchWithin } from "./out_of_memory.ts";
import { createScalars, type Scalars } from "./scalars.ts";
import type { Kernel } from "./kernels/kernel.ts";
import { NO_VALUE, Storage } from "./storage.ts";
import type { Operand } from "./steps.ts";
import { createStretch, type Stretch } from "./stretch.ts";

/** The recording of one function by `jit`, or of a part of it that is a closure. */
export interface Trace {
  /** What was freed while it lasts: kept until it ends. */
  readonly freed: Storage[];
  /** The values of variables: they are different ones when the program runs, so they can't be read. */
  readonly variables: ReadonlySet<Storage>;
  /** For a closure: what was recorded inside it. */
  readonly inside?: Set<Entry>;
  /** For a closure: the node that stands for a value from outside. */
  readonly capture?: (dataId: tf.DataId, value: Node) => Node;
}

/**
 * The tfjs backend: kernels record nodes; reading a value compiles and runs all that is pending at once.
 * While a trace is on, kernels record into the trace, and nothing can be read.
 */
export class XlaBackend extends tf.KernelBackend {
  readonly programs: Programs;
  trace: Trace | undefined;
  readonly #data = createEntries((dataId) => tf.engine().moveData(this, dataId));
  /** What was recorded and had to be computed, in order; what was disposed of meanwhile has no `pending` any more. */
  #recorded: Entry[] = [];
  /** How much of it can be asked for. */
  #pending = 0;
  readonly #cuts = createCuts();
  readonly #scalars: Scalars;
  readonly #stretch: Stretch;
  /** Values freed while recorded operations may still need them. */
  #freed: Storage[] = [];
  readonly #abandoned = createAbandoned<Entry | HostValue>((entry) => this.#drop(entry));

  /** @param programFolder where compiled programs are kept for the next process; undefined: nowhere */
  constructor(readonly client: Client, programFolder?: string) {
    super();
    this.programs = createPrograms(
      client,
      programFolder ? createProgramStore(client, programFolder) : undefined,
    );
    this.#scalars = createScalars(client);
    this.#stretch = createStretch(client);
  }

  /** @throws Error for a tensor that is disposed, or has no value. */
  #readable({ dataId, shape, dtype }: tf.TensorInfo): Entry {
    if (!this.#data.find(dataId) && !tf.engine().state.tensorInfo.has(dataId)) {
      throw new Error(`a tensor (${dtype} [${shape}]) is disposed, and can't be computed with`);
    }
    const entry = this.entry(dataId);
    const { storage, failure } = entry;
    if (failure) throw failure;
    if (!this.trace && !storage && !entry.pending) throw new Error(NO_VALUE);
    storage?.checkNotTaken();
    return entry;
  }

  /** The node of a tensor, in the tensor's own shape (tensors of other shapes may share its data). */
  nodeOf(info: tf.TensorInfo): Node {
    const entry = this.#readable(info);
    if (entry.pending) this.#stretch.build();
    const { dataId, shape } = info;
    const value = entry.node ?? entry.storage!.leaf;
    const { capture, inside } = this.trace ?? {};
    return reshape(capture && !inside!.has(entry) ? capture(dataId, value) : value, shape);
  }

  /**
   * To be called before the operands of an operation are looked at: runs what is pending where a program should end.
   *
   * @param fingerprint of its name
   */
  beginOperation(fingerprint: number, operands: Readonly<Record<string, tf.TensorInfo | undefined>>): void {
    if (!this.trace && this.#cuts.before(fingerprint, this.#pending, operands)) this.#evaluate();
  }

  /** An operation that computes nothing. */
  countOperation(): void {
    if (!this.trace) this.#cuts.recorded();
  }

  /** A new data id for a recorded node. */
  record(node: Node): tf.TensorInfo {
    if (!this.trace) return this.#await(this.#stretch.recordNode(node));
    const entry = createEntry(node, undefined, node);
    this.trace.inside?.add(entry);
    return { dataId: this.#add(entry), shape: [...node.shape], dtype: dtypeOf(node.element) };
  }

  /** Records an operation outside of compiled functions. @throws whatever the kernel has against its operands. */
  call(
    name: string,
    kernel: Kernel,
    infos: Readonly<Record<string, tf.TensorInfo | undefined>>,
    attrs: Record<string, unknown>,
  ): tf.TensorInfo | tf.TensorInfo[] {
    const operands: Operand[] = [];
    for (const key in infos) {
      const info = infos[key];
      if (info) operands.push({ key, entry: this.#readable(info), shape: info.shape });
    }
    const entries: Entry[] = [];
    const list = this.#stretch.record({ name, kernel, operands, attrs, varying: [], entries });
    return list ? entries.map((entry) => this.#await(entry)) : this.#await(entries[0]!);
  }

  /**
   * A new data id for what is pending. It is not left to the garbage collector before it is computed: its time must not
   * decide what a program computes.
   */
  #await(entry: Entry): tf.TensorInfo {
    const dataId = this.#data.add(entry);
    entry.pending = dataId;
    this.#recorded.push(entry);
    this.#pending++;
    this.#cuts.recorded();
    // tfjs makes its tensors a copy.
    return { dataId, shape: entry.type.shape as number[], dtype: dtypeOf(entry.type.element) };
  }

  /** A new data id for a value that exists. */
  adopt(storage: Storage): tf.TensorInfo {
    const dataId = this.#add(createEntry(storage, storage));
    return { dataId, shape: [...storage.shape], dtype: dtypeOf(storage.element) };
  }

  #add(entry: Entry | HostValue): tf.DataId {
    const dataId = this.#data.add(entry);
    this.#abandoned.watch(dataId, entry);
    return dataId;
  }

  /** @throws Error for strings and complex numbers. */
  entry(dataId: tf.DataId): Entry {
    const entry = this.#data.get(dataId);
    if (!isHostValue(entry)) return entry;
    const found = "strings" in entry ? "string" : "complex64";
    throw new Error(`programs have float32, int32 and bool tensors; found ${found}`);
  }

  /** The values of a tensor that are on the host still. */
  valuesAtHand(dataId: tf.DataId): HostArray | undefined {
    return this.entry(dataId).storage?.host;
  }

  /** Complex numbers made of two float32 tensors; both are kept as long as the result is. */
  complex(real: tf.TensorInfo, imag: tf.TensorInfo): tf.TensorInfo {
    this.incRef(real.dataId);
    this.incRef(imag.dataId);
    return { dataId: this.#add({ references: 1, real, imag }), shape: real.shape, dtype: "complex64" };
  }

  /** The parts of complex numbers, which still belong to them. */
  partsOf({ dataId }: tf.TensorInfo): Pick<Complex, "real" | "imag"> {
    return this.#data.get(dataId) as Complex;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    if (dtype === "string" || dtype === "complex64") return this.#add(this.#hostValue(values, shape, dtype));
    const { entry, host } = this.#entryOf(values, shape, dtype);
    // A small or uniform array made while a function is traced is part of the function.
    if (this.trace && (host.length <= MAX_CONSTANT || isUniform(host))) {
      entry.node = constant(host, entry.type);
    }
    return this.#add(entry);
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    const entry = dtype === "string" || dtype === "complex64"
      ? this.#hostValue(values, shape, dtype)
      : this.#entryOf(values, shape, dtype).entry;
    entry.references = references;
    this.#data.set(dataId, entry);
    this.#abandoned.watch(dataId, entry);
  }

  #hostValue(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: "string" | "complex64",
  ): HostValue {
    if (dtype === "string") return { references: 1, strings: (values as Uint8Array[]).slice() };
    const { real, imag } = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
    const part = (of: Float32Array): tf.TensorInfo => ({
      dataId: this.write(of, shape, "float32"),
      shape,
      dtype: "float32",
    });
    return { references: 1, real: part(real), imag: part(imag) };
  }

  #entryOf(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): { entry: Entry; host: HostArray } {
    const type: TensorType = { shape: [...shape], element: elementOf(dtype) };
    const host = toHostArray(values as unknown as ArrayLike<number>, type.element);
    return { entry: createEntry(type, new Storage(this.client, type, host)), host };
  }

  override incRef(dataId: tf.DataId): void {
    this.#data.get(dataId).references++;
  }

  override refCount(dataId: tf.DataId): number {
    return this.#data.find(dataId)?.references ?? 0;
  }

  override numDataIds(): number {
    return this.#data.count();
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.#data.find(dataId);
    if (!entry) return true;
    if (--entry.references > 0 && !force) return false;
    this.#data.delete(dataId);
    if (isHostValue(entry) || !entry.pending) this.#abandoned.forget(dataId, entry);
    this.#drop(entry);
    return true;
  }

  #drop(entry: Entry | HostValue): void {
    if (isHostValue(entry)) {
      if ("real" in entry) { for (const part of [entry.real, entry.imag]) this.disposeData(part.dataId); }
      return;
    }
    if (entry.pending) {
      entry.pending = undefined;
      if (--this.#pending === 0) this.#settle();
    }
    if (entry.storage) this.#free(entry.storage);
  }

  /** Frees a value once nothing recorded can need it. */
  #free(storage: Storage): void {
    if (this.trace) this.trace.freed.push(storage);
    else if (this.#pending > 0) this.#freed.push(storage);
    else storage.release();
  }

  /** Records `fn` as a closure inside whatever is recorded now: nothing of it is pending, and nothing can be read. */
  recordClosure<T>(capture: NonNullable<Trace["capture"]>, fn: () => T): T {
    const outer = this.trace;
    const freed: Storage[] = [];
    this.trace = { freed, variables: outer?.variables ?? new Set(), inside: new Set(), capture };
    try {
      return fn();
    } finally {
      this.trace = outer;
      for (const storage of freed) this.#free(storage);
    }
  }

  /** Compiles and runs everything that is pending, so that every data id has its value, or is known to have none. */
  evaluate(): void {
    this.#evaluate();
    this.#cuts.restart();
  }

  #evaluate(): void {
    if (this.#pending === 0) return;
    const entries = this.#recorded.filter(({ pending }) => pending);
    try {
      this.#compute(entries);
    } catch (error) {
      this.#computeSingly(entries, error);
    }
    this.#settle();
  }

  /** What can't be computed, for lack of memory or for the compiler's refusal, must not take all else with it. */
  #computeSingly(entries: readonly Entry[], error: unknown): void {
    for (const entry of entries) {
      try {
        if (entries.length === 1) throw error;
        this.#compute([entry]);
      } catch (failure) {
        entry.failure = failure;
        entry.node = undefined;
      }
    }
  }

  /** Nothing is pending any more: what was freed meanwhile is not needed. */
  #settle(): void {
    for (const entry of this.#recorded) entry.pending = undefined;
    this.#recorded = [];
    this.#pending = 0;
    this.#stretch.clear();
    for (const storage of this.#freed) storage.release();
    this.#freed = [];
  }

  #compute(entries: readonly Entry[]): void {
    const { program, inputs } = this.#stretch.plan(entries);
    const loaded = this.programs.borrow(program);
    const { launch, memory } = loaded;
    inputs.forEach((value, i) => launch.inputs[i] = this.#scalars.handleOf(value));
    launchWithin("a program of single operations", loaded);
    countRun(memory.temporary);
    this.#scalars.trim();
    entries.forEach((entry, i) => {
      entry.storage = new Storage(this.client, entry.type, launch.outputs[i]!);
      entry.node = undefined;
      this.#abandoned.watch(entry.pending!, entry);
    });
  }

  /** The value of a data id, computed if it is pending. @throws Error while a function is traced. */
  storageOf(dataId: tf.DataId): Storage {
    const entry = this.entry(dataId);
    const { storage } = entry;
    if (this.trace && (!storage || this.trace.variables.has(storage))) {
      throw new Error(
        "a tensor's value was read inside a compiled function, where only shapes are known; " +
          "return the tensor and read it outside, or compute with tensors",
      );
    }
    if (storage) return storage;
    if (entry.pending) this.evaluate();
    if (!entry.storage) throw entry.failure ?? new Error(NO_VALUE);
    return entry.storage;
  }

  override readSync(dataId: tf.DataId): HostArray | Uint8Array[] {
    const entry = this.#data.get(dataId);
    if (isHostValue(entry)) return readHostValue(entry, (part) => this.storageOf(part).readSync());
    return this.storageOf(dataId).readSync();
  }

  override async read(dataId: tf.DataId): Promise<HostArray | Uint8Array[]> {
    return isHostValue(this.#data.get(dataId)) ? this.readSync(dataId) : await this.storageOf(dataId).read();
  }

  /** Resolves when the value of a data id is there. */
  ready(dataId: tf.DataId): Promise<void> {
    return this.storageOf(dataId).ready();
  }

  /** `tf.memory()` also tells what values hold on the device, now and at most, in bytes. */
  override memory(): { unreliable: boolean; deviceBytes: number; peakDeviceBytes: number } {
    const { live, peak } = deviceMemory();
    return { unreliable: false, deviceBytes: live, peakDeviceBytes: peak };
  }

  /** Called when tfjs starts afresh: what is pending is dropped. Tensors free their memory when they are disposed. */
  override dispose(): void {
    this.#settle();
  }

  /** Milliseconds that `fn` and the computation of what it records take, compilation included. */
  override time(fn: () => void): Promise<tf.BackendTimingInfo> {
    const start = performance.now();
    fn();
    this.evaluate();
    return Promise.resolve({ kernelMs: performance.now() - start });
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }
}

/** The backend in use, if it is this one. */
export function xlaInUse(): XlaBackend | undefined {
  const backend = tf.backend();
  return backend instanceof XlaBackend ? backend : undefined;
}
