import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bufferReadySync } from "../pjrt/buffer.ts";
import { PjrtError } from "../pjrt/errors.ts";
import { deviceMemory } from "./device_memory.ts";
import { memoryRoom } from "./memory_room.ts";
import type { Loaded } from "./programs.ts";

/** A program was not run, or its run was given up, because the device has not the memory. Nothing else has changed. */
export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
}

/** Programs that need less are run without looking: they take less time than to ask for what is left. */
const WORTH_A_LOOK = 2 ** 27;

/** Left to the rest of the process, in bytes. */
const RESERVE = 2 ** 27;

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** Bytes for people: "107 GB". */
export function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${Number((bytes / 1000 ** unit).toPrecision(3))} ${UNITS[unit]}`;
}

/**
 * Starts a program whose inputs are filled in, if the device has the memory: allocators that promise more than there is
 * would let the system end the process.
 *
 * @param name what messages call the program
 * @throws OutOfMemoryError with the sizes
 */
export function launchWithin(name: string, run: Loaded, keep?: readonly number[]): void {
  const { launch, memory, executable } = run;
  const devices = executable.client.platform === "cpu" ? executable.partitions : 1;
  const needed = devices * (memory.outputs - memory.aliased + memory.temporary);
  if (needed > WORTH_A_LOOK) ensureRoom(name, run, needed);
  try {
    launch.run(keep);
  } catch (error) {
    if (!isExhausted(error)) throw error;
    finishInputs(run);
    try {
      launch.run(keep);
    } catch (again) {
      throw isExhausted(again) ? refusal(name, run, needed) : again;
    }
  }
}

const isExhausted = (error: unknown): boolean =>
  error instanceof PjrtError && error.code === "RESOURCE_EXHAUSTED";

function ensureRoom(name: string, run: Loaded, needed: number): void {
  const hasRoom = () => needed + RESERVE <= memoryRoom(run.executable.client);
  if (hasRoom()) return;
  finishInputs(run);
  if (!hasRoom()) throw refusal(name, run, needed);
}

/** Waits for the programs that compute the inputs: they free what they need beside their results. */
function finishInputs({ launch, executable: { client } }: Loaded): void {
  for (const input of launch.inputs) bufferReadySync(client.api, input);
}

function refusal(name: string, { memory, executable: { client } }: Loaded, needed: number): OutOfMemoryError {
  const [more, room] = [needed, memoryRoom(client)].map(bytesText);
  return new OutOfMemoryError(
    `${name} needs ${more} of memory and ${client.deviceKind} has ${room} left: arguments ` +
      `${bytesText(memory.arguments)}, outputs ${bytesText(memory.outputs)}, temporary ` +
      `${bytesText(memory.temporary)}; all tensors hold ${bytesText(deviceMemory().live)}`,
  );
}

/**
 * Has the garbage collector free the tensors that nobody can reach, which takes a turn of the event loop: what lacked
 * memory may be tried again then.
 *
 * @throws the error, if it is not that memory was short
 */
export async function freeGarbageAfter(error: unknown): Promise<void> {
  if (!(error instanceof OutOfMemoryError)) throw error;
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  await new Promise((resolve) => setTimeout(resolve));
}
