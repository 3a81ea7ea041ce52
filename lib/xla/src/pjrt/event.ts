import type { PjrtApi } from "./api.ts";
import { struct } from "./struct.ts";

/** Waits for an event on this thread and frees it. @throws PjrtError if what it stood for failed. */
export function awaitEventSync(api: PjrtApi, event: bigint): void {
  try {
    api.call("Event_Await", struct(event));
  } finally {
    api.call("Event_Destroy", struct(event));
  }
}

/**
 * Waits for an event while the event loop goes on, and frees it.
 *
 * @param turn lets the event loop go round even if the event is there already: timers fire
 * @throws PjrtError as above
 */
export async function awaitEvent(api: PjrtApi, event: bigint, turn = false): Promise<void> {
  try {
    const ready = struct(event, 0);
    if (!turn) api.call("Event_IsReady", ready);
    if ((ready[3]! & 0xffn) === 0n) await api.callAsync("Event_Await", struct(event));
    else api.call("Event_Await", struct(event));
  } finally {
    api.call("Event_Destroy", struct(event));
  }
}
