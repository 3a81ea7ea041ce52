import type { PjrtApi } from "./api.ts";

/** Waits for an event on this thread and frees it. @throws PjrtError if what it stood for failed. */
export function awaitEventSync(api: PjrtApi, event: bigint): void {
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
export async function awaitEvent(api: PjrtApi, event: bigint, turn = false): Promise<void> {
  try {
    // A bool is the first byte of its word.
    const ready = !turn && (api.call("Event_IsReady", { event }).is_ready & 0xffn) !== 0n;
    if (ready) api.call("Event_Await", { event });
    else await api.callAsync("Event_Await", { event });
  } finally {
    api.call("Event_Destroy", { event });
  }
}
