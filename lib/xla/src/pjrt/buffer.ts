import type { PjrtApi } from "./api.ts";
import { callerOf } from "./call_fast.ts";
import { BUFFER_TYPE, IMMUTABLE_ONLY_DURING_CALL } from "./layout.ts";

/** Element types of tensors, by their StableHLO names. */
export type ElementType = keyof typeof BUFFER_TYPE;

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
  const { buffer, done_with_host_buffer } = api.call("Client_BufferFromHostBuffer", {
    client,
    data,
    type: BUFFER_TYPE[type],
    dims,
    num_dims: dims.length,
    host_buffer_semantics: IMMUTABLE_ONLY_DURING_CALL,
    device,
  });
  live++;
  awaitEventSync(api, done_with_host_buffer);
  return buffer;
}

/** A copy of a buffer on another device. */
export function bufferOnDevice(api: PjrtApi, buffer: bigint, device: bigint): bigint {
  const { dst_buffer } = api.call("Buffer_CopyToDevice", { buffer, dst_device: device });
  live++;
  return dst_buffer;
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

const startCopy = (api: PjrtApi, src: bigint, dst: HostArray): bigint =>
  api.call("Buffer_ToHostBuffer", { src, dst, dst_size: dst.byteLength }).event;

/**
 * Resolves when the value of a buffer is there.
 *
 * @param turn lets the event loop go round even if it is there already
 * @throws PjrtError if the computation of it failed
 */
export async function bufferReady(api: PjrtApi, buffer: bigint, turn = false): Promise<void> {
  await awaitEvent(api, api.call("Buffer_ReadyEvent", { buffer }).event, turn);
}

/** Waits on this thread until the value of a buffer is there. @throws PjrtError if the computation of it failed */
export function bufferReadySync(api: PjrtApi, buffer: bigint): void {
  awaitEventSync(api, api.call("Buffer_ReadyEvent", { buffer }).event);
}

/** Waits for an event on this thread and frees it. @throws PjrtError if what it stood for failed. */
function awaitEventSync(api: PjrtApi, event: bigint): void {
  try {
    api.call("Event_Await", { event });
  } finally {
    api.call("Event_Destroy", { event });
  }
}

/**
 * Waits for an event while the event loop goes on, and frees it.
 *
 * @param turn lets the event loop go round even if the event is there already: timers fire
 * @throws PjrtError as above
 */
async function awaitEvent(api: PjrtApi, event: bigint, turn = false): Promise<void> {
  try {
    // A bool is the first byte of its word.
    const ready = !turn && (api.call("Event_IsReady", { event }).is_ready & 0xffn) !== 0n;
    if (ready) api.call("Event_Await", { event });
    else await api.callAsync("Event_Await", { event });
  } finally {
    api.call("Event_Destroy", { event });
  }
}
