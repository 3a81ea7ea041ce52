/**
 * Whether programs are recorded for a CPU, whose compiler needs two things told:
 *
 * - in a product that sums over rows, as in every gradient of a weight, the narrower factor is transposed before the
 *   product. XLA leaves the product as it comes to its kernels, which gather a factor number by number;
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
 * How products of float32 are computed:
 *
 * - `exact`: as float32;
 * - `fast`: as the compiler likes, on NVIDIA's GPUs with TF32, 10 bits of mantissa; a CPU has one way only, float32;
 * - `bfloat16`: factors are rounded to 8 bits of mantissa, sums are float32, on devices with units for it; convolutions are
 *   as in `fast`.
 */
export type Precision = "exact" | "fast" | "bfloat16";

const ATTRIBUTES: Record<Precision, string> = {
  exact: ", precision = [HIGHEST, HIGHEST]",
  fast: "",
  bfloat16: ", algorithm = <lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, " +
    "lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, " +
    "allow_imprecise_accumulation = false>",
};

let attribute = "";

/** Chooses for all programs that are written from now on. */
export function setPrecision(precision: Precision): void {
  attribute = ATTRIBUTES[precision];
}

/** What is said of a product of these elements. */
export const precisionOf = (element: string): string => element === "f32" ? attribute : "";
