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

/**
 * How products of float32 are computed where the device has a faster, less precise way (the TF32 of NVIDIA's GPUs, 10
 * bits of mantissa): `exact` asks for float32, `fast` leaves it to the compiler. A CPU has one way only, and its
 * programs need not say anything.
 */
export type Precision = "exact" | "fast";

let attribute = "";

/** Chooses for all programs that are written from now on. */
export function setPrecision(precision: Precision): void {
  attribute = precision === "exact" ? ", precision = [HIGHEST, HIGHEST]" : "";
}

/** What is said of a product of these elements. */
export const precisionOf = (element: string): string => element === "f32" ? attribute : "";
