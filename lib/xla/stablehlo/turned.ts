/**
 * Whether a first factor whose rows are summed over, as in every gradient of a weight, is transposed before the product.
 *
 * On a CPU, XLA leaves such a product to Eigen, which gathers the factor number by number; the transposed one goes to
 * faster code. For other devices the compiler chooses.
 */
let turned = false;

/** Chooses for all programs that are recorded from now on. */
export function turnFactors(choice: boolean): void {
  turned = choice;
}

export const turnsFactors = (): boolean => turned;
