/**
 * Whether programs are recorded for a CPU, whose compiler needs two things told:
 *
 * - a first factor whose rows are summed over, as in every gradient of a weight, is transposed before the product. XLA
 *   leaves the product as it comes to Eigen, which gathers that factor number by number;
 * - a barrier is a call of a function that may not be inlined. XLA drops its own barriers here before it merges
 *   operations into loops.
 */
let cpu = false;

/** Chooses for all programs that are recorded from now on. */
export function recordForCpu(choice: boolean): void {
  cpu = choice;
}

export const recordsForCpu = (): boolean => cpu;
