import { UserError } from "../../errors.ts";
import { b1Samples, genotypePath } from "./project.ts";
import { onPanel, readSites } from "./select.ts";
import { readVcf } from "./vcf.ts";
import {
  imputationSites,
  type ImputationWindow,
  imputationWindow,
  spacedBlocks,
  targetBlocks,
} from "./windows_data.ts";

/** How many windows B1 has. */
export const B1_WINDOWS = 5;

/** The name of a window of B1 with so many targets. */
export const b1WindowName = (window: number, size: number): string =>
  `b1-window${window}${size === 100 ? "" : `-${size}`}`;

/** All of B1: its samples, their genotypes, and the variants that are imputed and from which. @throws UserError as genotypePath */
export async function b1Region() {
  const [split, reference, scaffold] = await Promise.all([
    b1Samples(),
    genotypePath("reference"),
    genotypePath("scaffold"),
  ]);
  const { genotypes } = await readVcf(reference, { require: "phased" });
  const panel = onPanel(genotypes, await readSites(scaffold, genotypes.contig));
  return { split, genotypes, sites: imputationSites(genotypes, panel, split.train) };
}

/** What the reference takes: 100 targets, 150 array sites. */
interface B1Options {
  size?: number;
  nClosest?: number;
}

/**
 * Some of B1's windows, which data/genotypes/README.md describes: the middles of five parts of the region. With
 * another size they are at about the same places.
 *
 * @param windows 0 to 4
 * @throws UserError for another window, a size without five windows, and as genotypePath.
 */
export async function b1Windows(
  windows: readonly number[],
  { size = 100, nClosest = 150 }: B1Options = {},
): Promise<ImputationWindow[]> {
  const wrong = windows.find((window) => !(Number.isInteger(window) && window >= 0 && window < B1_WINDOWS));
  if (wrong !== undefined) {
    throw new UserError(`windows: expected whole numbers from 0 to ${B1_WINDOWS - 1}, found ${wrong}`);
  }
  const { split, genotypes, sites } = await b1Region();
  const blocks = spacedBlocks(targetBlocks(sites.targets, size).length, B1_WINDOWS);
  return windows.map((window) =>
    imputationWindow(genotypes, sites, split, {
      size,
      nClosest,
      block: blocks[window]!,
      name: b1WindowName(window, size),
    })
  );
}
