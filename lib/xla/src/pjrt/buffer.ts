import type { PjrtApi } from "./api.ts";
import { callerOf } from "./call_fast.ts";
import { awaitEvent, awaitEventSync } from "./event.ts";
import { struct } from "./struct.ts";

/** Element types of tensors, by their StableHLO names. */
export type ElementType = "f32" | "i32" | "ui32" | "i1";

/** PJRT_Buffer_Type of each element type. */
export const BUFFER_TYPE: Record<ElementType, number> = { i1: 1, i32: 4, ui32: 8, f32: 11 };

export type HostArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** Buffers alive in this process: counted so that tests can show that nothing leaks. */
let live = 0;
export const liveBuffers = (): number => live;

/** Called by whoever receives `count` new buffer handles from the plugin. */
export function countBuffers(count: number): void {
  live += count;
}

/** Copies a host array to the device. The array may change as soon as this returns. */
export function bufferFromHost(
  api: PjrtApi,
  client: bigint,
  device: bigint,
  data: HostArray,
  type: ElementType,
  shape: readonly number[],
): bigint {
  const dims = BigInt64Array.from(shape, BigInt);
  const IMMUTABLE_ONLY_DURING_CALL = 0;
  const args = struct(
    client,
    data,
    BUFFER_TYPE[type],
    dims,
    dims.length,
    0,
    0,
    IMMUTABLE_ONLY_DURING_CALL,
    device,
    0,
    0,
    0,
    0,
  );
  api.call("Client_BufferFromHostBuffer", args);
  const [event, buffer] = [args[13]!, args[14]!];
  live++;
  awaitEventSync(api, event);
  return buffer;
}

/** A copy of a buffer on another device. */
export function bufferOnDevice(api: PjrtApi, buffer: bigint, device: bigint): bigint {
  const args = struct(buffer, device, 0);
  api.call("Buffer_CopyToDevice", args);
  live++;
  return args[4]!;
}

let destroyer: { api: PjrtApi; destroy: (buffer: bigint) => void } | undefined;

/** Frees a buffer; what still computes with it keeps it alive inside the plugin. */
export function destroyBuffer(api: PjrtApi, buffer: bigint): void {
  if (destroyer?.api !== api) destroyer = { api, destroy: callerOf(api, "Buffer_Destroy") };
  destroyer.destroy(buffer);
  live--;
}

/** Copies a buffer into `into`, waiting for its value. @throws PjrtError if the computation of it failed. */
export function bufferToHostSync(api: PjrtApi, buffer: bigint, into: HostArray): void {
  awaitEventSync(api, startCopy(api, buffer, into));
}

/** The same without blocking the event loop; `into` must stay untouched until then. */
export async function bufferToHost(api: PjrtApi, buffer: bigint, into: HostArray): Promise<void> {
  await awaitEvent(api, startCopy(api, buffer, into));
}

function startCopy(api: PjrtApi, buffer: bigint, into: HostArray): bigint {
  const args = struct(buffer, 0, into, into.byteLength, 0);
  api.call("Buffer_ToHostBuffer", args);
  return args[6]!;
}

/**
 * Resolves when the value of a buffer is there.
 *
 * @param turn lets the event loop go round even if it is there already
 * @throws PjrtError if the computation of it failed
 */
export async function bufferReady(api: PjrtApi, buffer: bigint, turn = false): Promise<void> {
  const args = struct(buffer, 0);
  api.call("Buffer_ReadyEvent", args);
  await awaitEvent(api, args[3]!, turn);
}

/** Waits on this thread until the value of a buffer is there. @throws PjrtError if the computation of it failed */
export function bufferReadySync(api: PjrtApi, buffer: bigint): void {
  const args = struct(buffer, 0);
  api.call("Buffer_ReadyEvent", args);
  awaitEventSync(api, args[3]!);
}
