import { genotypeFigures } from "../../data/genotypes/project.ts";
import type { ManyResult } from "./imputation_many_results.ts";

/** R² of Beagle on a window, from the same array sites and all train samples; NaN where it was not measured. */
export function beagleR2(
  { size, proportion }: Pick<ManyResult, "size" | "proportion">,
  window: string,
): number {
  const { b1, figures } = genotypeFigures();
  const at = b1.windows.find(({ block }) => `block ${block}` === window)?.window;
  const figure = figures.find(({ benchmark, part, level, model }) =>
    benchmark === "B1" && part === "test" && level === "haplotype" && model === "beagle-window"
  );
  const comparable = size === 100 && proportion === 1 && at !== undefined;
  return comparable ? figure?.windows[at] ?? NaN : NaN;
}
