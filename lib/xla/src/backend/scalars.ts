import { bufferFromHost, countBuffers, destroyBuffer } from "../pjrt/buffer.ts";
import type { Client } from "../pjrt/client.ts";
import { isUniform, typeText } from "../stablehlo/node.ts";
import type { Storage } from "./storage.ts";

/** Numbers on the device, and small arrays of one number, for programs that only read them. */
export interface Scalars {
  /** The buffer of a value to be read; of a number that is still on the host, one that others with the value use too. */
  handleOf(value: Storage): bigint;
  /** To be called when no program waits for buffers: gives them up if there are many. */
  trim(): void;
}

/** How many are kept at least. */
const MOST = 1024;

/** Elements of the largest array of one number. */
const SMALL = 1024;

/**
 * A step makes the same scalars and arrays of ones each time (rates, the size of a batch, first gradients): they are
 * uploaded once, and the tensors that have them stay on the host. They are not counted as live: they are nobody's
 * tensors, like constants of programs.
 */
export function createScalars({ api, handle, device }: Client): Scalars {
  const known = new Map<string, Map<number, bigint>>();
  let size = 0;
  return {
    trim() {
      if (size <= MOST) return;
      for (const buffers of known.values()) {
        countBuffers(buffers.size);
        for (const buffer of buffers.values()) destroyBuffer(api, buffer);
      }
      known.clear();
      size = 0;
    },
    handleOf(value) {
      const { host, shape, element } = value;
      // To a map, 0 and -0 are one.
      if (!host || host.length > SMALL || !isUniform(host) || Object.is(host[0], -0)) return value.handle();
      const type = shape.length === 0 ? element : typeText(value);
      let buffers = known.get(type);
      if (!buffers) known.set(type, buffers = new Map());
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
