import { UserError } from "../../errors.ts";

export const ROW_GROUPS = ["train", "val", "test"] as const;
export type RowGroup = typeof ROW_GROUPS[number];

/** Whose labels a model may not see, and which of them it is scored on. */
export interface LabelPlan {
  /** Groups whose labels are all hidden. */
  hidden: RowGroup[];
  /** Groups of whose labels a random part is masked. */
  sampled: RowGroup[];
  /** What enters the label loss: the sampled cells, or all label cells of the group of the mode. */
  scored: "sampled" | RowGroup;
}

/**
 * Which labels are masked in a mode (`npt/mask.py`, `npt/constants.py`).
 *
 * @param p label mask probability of that mode (`model_label_bert_mask_prob`)
 * @throws UserError for p outside [0, 1], and for p = 0 in training, which would leave nothing to learn from
 */
export function labelPlan(mode: RowGroup, p: number): LabelPlan {
  if (!(p >= 0 && p <= 1)) throw new UserError(`Expected a label mask probability in [0, 1], found ${p}.`);
  if (p === 1) return { hidden: [...ROW_GROUPS], sampled: [], scored: mode };
  if (mode === "train") {
    if (p === 0) {
      throw new UserError("Expected a label mask probability above 0 in training, found 0: no label counts.");
    }
    return { hidden: ["val", "test"], sampled: ["train"], scored: "sampled" };
  }
  const visible: RowGroup[] = mode === "val" ? ["train"] : ["train", "val"];
  return {
    hidden: ROW_GROUPS.filter((group) => !visible.includes(group)),
    sampled: p === 0 ? [] : visible,
    scored: mode,
  };
}
