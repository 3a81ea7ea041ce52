import type * as tf from "@tensorflow/tfjs-core";
import type { Client } from "./pjrt/client.ts";
import { destroyBuffer } from "./pjrt/buffer.ts";
import type { Launch } from "./pjrt/executable.ts";
import type { Storage } from "./backend/storage.ts";

/** Several devices that run one program together. */
export interface Mesh {
  /** How many of the client's devices, from the first. */
  devices: number;
  /** Indexes of the arguments whose tensors are split along axis 0, an equal part for each device. */
  batch: readonly number[];
}

/** @throws Error unless the client has the devices, and each of the tensors at `split` has a part for each. */
export function checkMesh(
  { devices: { length } }: Client,
  name: string,
  devices: number,
  tensors: readonly tf.Tensor[],
  split: readonly number[],
): void {
  if (!Number.isInteger(devices) || devices < 1 || devices > length) {
    throw new Error(`${name}: expected a mesh of 1 to ${length} devices, which there are; found ${devices}`);
  }
  for (const index of split) {
    const { shape } = tensors[index]!;
    if (shape.length > 0 && shape[0]! % devices === 0) continue;
    throw new Error(
      `${name}: a batch tensor [${shape}] can't be split into ${devices} equal parts along axis 0; pad it`,
    );
  }
}

/**
 * Makes a value the input `index` of a launch on all its devices: a part on each, or the whole on each.
 *
 * @returns frees what was made for this run alone; to be called when the program has been started
 */
export function feed(
  launch: Launch,
  index: number,
  storage: Storage,
  split: boolean,
): (() => void) | undefined {
  const { devices } = launch;
  if (devices.length === 1) {
    launch.inputs[index] = storage.handle();
    return undefined;
  }
  const buffers = split ? storage.split(devices.length) : storage.handles(devices.length);
  devices.forEach(({ inputs }, i) => inputs[index] = buffers[i]!);
  return split ? () => buffers.forEach((buffer) => destroyBuffer(storage.client.api, buffer)) : undefined;
}

/** The outputs `index` of a launch on all devices but the first. */
export const replicasOf = ({ devices }: Launch, index: number): bigint[] =>
  devices.slice(1).map(({ outputs }) => outputs[index]!);
