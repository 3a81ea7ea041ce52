/** Bytes on devices. */
export interface DeviceMemory {
  /** Held by the values of tensors and variables now. */
  live: number;
  /** The most that values held at once, with what the running program needed beside them. */
  peak: number;
}

const memory: DeviceMemory = { live: 0, peak: 0 };

/** What the values of this process hold. */
export const deviceMemory = (): DeviceMemory => ({ ...memory });

/** Lets the peak begin anew from what is held now. */
export function resetPeak(): void {
  memory.peak = memory.live;
}

/** Counts memory that a value took, or gave back if negative. */
export function countBytes(bytes: number): void {
  memory.live += bytes;
  if (memory.live > memory.peak) memory.peak = memory.live;
}

/** Counts a program that runs: what it needs beside its inputs and outputs. */
export function countRun(temporary: number): void {
  if (memory.live + temporary > memory.peak) memory.peak = memory.live + temporary;
}
