import { encode, type EncodedTable, fitSchema, type Fold, loadUci, readSplits } from "../data/mod.ts";
import type { Profile } from "./profiles.ts";

/**
 * The reference takes all inputs of yacht for categories; the classical figures, beside which a quick run stands, were
 * measured with its Froude number as a number.
 */
export const columnTypes = (profile: Profile) => profile === "paper" ? "reference" : "natural";

/**
 * A UCI set encoded for one of its folds: statistics of features from all rows (the reference's way), those of the target
 * from the train rows.
 */
export async function uciFold(
  dataset: string,
  profile: Profile,
  index: number,
): Promise<{ table: EncodedTable; fold: Fold }> {
  const { table: raw, facts } = await loadUci(dataset, { columnTypes: columnTypes(profile) });
  const fold = (await readSplits(dataset))[index]!;
  const schema = fitSchema(raw, { targets: [facts.target], trainRows: fold.train, notify: () => {} });
  return { table: encode(raw, schema), fold };
}
