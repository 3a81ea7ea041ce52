import type { EncodedTable } from "../../data/mod.ts";
import { imputationR2 } from "./imputation_r2.ts";
import type { Predictor } from "./predictor.ts";
import { score } from "./score.ts";

/** By what the best weights are chosen on the validation rows. */
export const CRITERIA = ["loss", "imputationR2"] as const;
export type Criterion = (typeof CRITERIA)[number];

/** What the weights of a step reach on the validation rows. */
export type Validation = {
  /** Label loss; NaN without validation rows. */
  validation: number;
  /** With the criterion `imputationR2`. */
  imputationR2?: number;
};

export async function validate(
  table: EncodedTable,
  rows: Int32Array,
  predictor: Predictor,
  criterion: Criterion,
): Promise<Validation> {
  if (rows.length === 0) return { validation: NaN };
  predictor.update();
  const outputs = await predictor.predict(table, rows);
  return {
    validation: score(table, rows, outputs).loss,
    ...(criterion === "imputationR2" ? { imputationR2: imputationR2(table, rows, outputs) } : {}),
  };
}

/** Whether weights replace the best ones so far; without validation rows the last weights are the best. */
export function improves(now: Validation, best: Validation, criterion: Criterion): boolean {
  const cost = ({ validation, imputationR2 }: Validation) =>
    criterion === "loss" || Number.isNaN(validation) ? validation : -(imputationR2 ?? -Infinity);
  return !(cost(now) >= cost(best));
}
