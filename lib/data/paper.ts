import celeba from "../../data/paper/celeba.json" with { type: "json" };
import gp from "../../data/paper/gp.json" with { type: "json" };
import parameters from "../../data/paper/parameters.json" with { type: "json" };
import uci from "../../data/paper/uci.json" with { type: "json" };

/** One number of the paper's UCI table. */
export interface PaperFigure {
  data: string;
  model: string;
  metric: string;
  mean: number;
  deviation?: number;
}

/** The paper's UCI table as far as it is known; `note` says what to print where a number is not. */
export const paperUci: { source: string; available: boolean; note: string; figures: PaperFigure[] } = uci;

/** Parameter counts of the official code's models. */
export const paperParameters = parameters;

/** The authors' own figures for Gaussian processes, the official code's early learning curves, and the ceilings. */
export const paperGp = gp;

/** The authors' own figures for CelebA. */
export const paperCelebA = celeba;
