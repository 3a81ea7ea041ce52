import { bufferFromHost, countBuffers, destroyBuffer, type ElementType } from "../pjrt/buffer.ts";
import type { Client } from "../pjrt/client.ts";
import type { Storage } from "./storage.ts";

/** Numbers on the device, for programs that only read them. */
export interface Scalars {
  /** The buffer of a value to be read; for a scalar that is still on the host, one that others with the value use too. */
  handleOf(value: Storage): bigint;
  /** To be called when no program waits for buffers: gives them up if there are many. */
  trim(): void;
}

/** How many are kept at least. */
const MOST = 1024;

/**
 * An optimiser makes the same scalars at every step (its rates, the size of a batch): they are uploaded once, and the
 * tensors that have them stay on the host. They are not counted as live: nobody's tensors, like constants of programs.
 */
export function createScalars({ api, handle, device }: Client): Scalars {
  const known: Partial<Record<ElementType, Map<number, bigint>>> = {};
  let size = 0;
  return {
    trim() {
      if (size <= MOST) return;
      for (const buffers of Object.values(known)) {
        countBuffers(buffers.size);
        for (const buffer of buffers.values()) destroyBuffer(api, buffer);
        buffers.clear();
      }
      size = 0;
    },
    handleOf(value) {
      const { host, shape, element } = value;
      // To a map, 0 and -0 are one.
      if (!host || shape.length > 0 || Object.is(host[0], -0)) return value.handle();
      const buffers = known[element] ??= new Map();
      let found = buffers.get(host[0]!);
      if (found === undefined) {
        buffers.set(host[0]!, found = bufferFromHost(api, handle, device, host, element, shape));
        countBuffers(-1);
        size++;
      }
      return found;
    },
  };
}
