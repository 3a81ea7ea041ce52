import celeba from "../../data/paper/celeba.json" with { type: "json" };
import gp from "../../data/paper/gp.json" with { type: "json" };

/** The authors' own figures for Gaussian processes, the official code's early learning curves, and the ceilings. */
export const paperGp = gp;

/** The authors' own figures for CelebA. */
export const paperCelebA = celeba;
