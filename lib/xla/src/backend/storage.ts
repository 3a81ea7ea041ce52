import {
  bufferFromHost,
  bufferOnDevice,
  bufferReady,
  bufferToHost,
  bufferToHostSync,
  destroyBuffer,
  type HostArray,
} from "../pjrt/buffer.ts";
import type { Client } from "../pjrt/client.ts";
import { leaf, type Node, sizeOf, type TensorType } from "../stablehlo/node.ts";
import { countBytes } from "./device_memory.ts";
import { bytesOf, dtypeOf, hostArray } from "./dtypes.ts";

/**
 * A value that exists: on the device, or still on the host until a program needs it.
 * It is counted: whoever keeps one holds it, and the device's memory is freed with the last release.
 */
export class Storage implements TensorType {
  readonly shape: readonly number[];
  readonly element: TensorType["element"];
  #leaf: Node | undefined;
  /** The function that took the value, if it was donated to one. */
  #taker: string | undefined;
  #holders = 1;
  #handle: bigint | undefined;
  #host: HostArray | undefined;
  readonly #bytes: number;
  /** The same value on further devices, in their order. */
  #replicas: readonly bigint[];

  constructor(
    readonly client: Client,
    type: TensorType,
    value: bigint | HostArray,
    replicas: readonly bigint[] = [],
  ) {
    this.#replicas = replicas;
    this.shape = type.shape;
    this.element = type.element;
    this.#bytes = sizeOf(type.shape) * bytesOf(type.element);
    if (typeof value === "bigint") {
      this.#handle = value;
      countBytes(this.#bytes * (1 + replicas.length));
    } else {
      this.#host = value;
    }
  }

  /** The node by which programs refer to this value. @throws Error if the value was donated. */
  get leaf(): Node {
    this.checkNotTaken();
    return this.#leaf ??= leaf({ shape: this.shape, element: this.element }, this);
  }

  /** @throws Error if the value was donated. */
  checkNotTaken(): void {
    if (this.#taker !== undefined) {
      throw new Error(
        `a tensor (${dtypeOf(this.element)} [${this.shape}]) was donated to ${this.#taker}, which may have ` +
          "written over its memory, and has no value any more",
      );
    }
  }

  /** After a program has taken the value's memory: frees what is left. */
  donate(taker: string): void {
    this.#clear();
    this.#taker = taker;
  }

  #clear(): void {
    if (this.#handle !== undefined) {
      destroyBuffer(this.client.api, this.#handle);
      countBytes(-this.#bytes * (1 + this.#replicas.length));
    }
    for (const replica of this.#replicas) destroyBuffer(this.client.api, replica);
    this.#host = undefined;
    this.#handle = undefined;
    this.#replicas = [];
  }

  /** The device buffer; uploads the value on first use. @throws Error if the value was donated or freed. */
  handle(): bigint {
    if (this.#handle === undefined) {
      this.checkNotTaken();
      if (!this.#host) {
        throw new Error("this value was freed, and can't be read");
      }
      const { api, handle, device } = this.client;
      this.#handle = bufferFromHost(api, handle, device, this.#host, this.element, this.shape);
      this.#host = undefined;
      countBytes(this.#bytes);
    }
    return this.#handle;
  }

  /** Buffers on the first `count` devices; copies the value to where it is not yet. @throws Error like `handle`. */
  handles(count: number): readonly bigint[] {
    const { api, devices } = this.client;
    const first = this.handle();
    const missing = devices.slice(1 + this.#replicas.length, count);
    if (missing.length > 0) {
      this.#replicas = [...this.#replicas, ...missing.map((device) => bufferOnDevice(api, first, device))];
      countBytes(this.#bytes * missing.length);
    }
    return [first, ...this.#replicas.slice(0, count - 1)];
  }

  /** New buffers, the caller's to destroy: equal parts along axis 0, one on each of the first `count` devices. */
  split(count: number): bigint[] {
    const { api, handle, devices } = this.client;
    const host = this.#host ?? this.readSync();
    const size = host.length / count;
    const shape = [this.shape[0]! / count, ...this.shape.slice(1)];
    return devices.slice(0, count).map((device, i) => {
      const part = host.slice(i * size, (i + 1) * size) as HostArray;
      return bufferFromHost(api, handle, device, part, this.element, shape);
    });
  }

  /** After a step has written a new value in the place of a donated one: takes the new buffers. */
  replace(handle: bigint, replicas: readonly bigint[] = []): void {
    this.#clear();
    this.#handle = handle;
    this.#replicas = replicas;
    countBytes(this.#bytes * (1 + replicas.length));
  }

  /** The value, as long as no program has needed it: not to be changed. */
  get host(): HostArray | undefined {
    return this.#host;
  }

  readSync(): HostArray {
    if (this.#host) return this.#host.slice();
    const into = hostArray(this.element, sizeOf(this.shape));
    if (into.length > 0) bufferToHostSync(this.client.api, this.handle(), into);
    return into;
  }

  async read(): Promise<HostArray> {
    if (this.#host) return this.#host.slice();
    const into = hostArray(this.element, sizeOf(this.shape));
    if (into.length > 0) await bufferToHost(this.client.api, this.handle(), into);
    return into;
  }

  async ready(): Promise<void> {
    if (this.#handle !== undefined) await bufferReady(this.client.api, this.#handle);
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  /** Whether somebody else keeps it too: then its memory must not be given away. */
  get shared(): boolean {
    return this.#holders > 1;
  }

  release(): void {
    if (--this.#holders > 0) return;
    this.#clear();
  }
}

export const NO_VALUE =
  "a tensor that was made inside a compiled function has no value outside of it; return it from the function instead";

/** The value that a program's parameter stands for. @throws Error if it only existed while a function was traced. */
export function storageFor(parameter: object): Storage {
  if (parameter instanceof Storage) return parameter;
  throw new Error(NO_VALUE);
}
