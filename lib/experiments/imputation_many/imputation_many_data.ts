import { pooledR2, type Scored } from "../../baselines/genotype_r2.ts";
import { b1Samples, genotypePath } from "../../data/genotypes/project.ts";
import { onPanel, readSites } from "../../data/genotypes/select.ts";
import { readVcf } from "../../data/genotypes/vcf.ts";
import {
  imputationSites,
  type ImputationWindow,
  imputationWindow,
  spacedBlocks,
  targetBlocks,
} from "../../data/genotypes/windows_data.ts";
import { checkAlike, chooseBlocks } from "../../data/genotypes/windows_set.ts";

/** Windows of one size. */
export interface ManyWindows {
  seen: ImputationWindow[];
  unseen: ImputationWindow[];
}

/** B1's own windows, which are seen ones first. */
const STANDARD = 5;

/** Array sites of a window. */
const SITES = 150;

/** Least distance of unseen targets from seen ones, in targets: half the stretch that the array sites of a window cover. */
const APART = 600;

/**
 * A function that gives windows of B1's region, to train on and others; the genotypes are read once. Seen are B1's five (at
 * another size: those at their places), then blocks that the seed draws.
 */
export function manyWindows(
  { seen, unseen, seed }: { seen: number; unseen: number; seed: number },
): (size: number) => Promise<ManyWindows> {
  let read: ReturnType<typeof readRegion> | undefined;
  return async (size) => {
    const { genotypes, sites, split } = await (read ??= readRegion());
    const blocks = targetBlocks(sites.targets, size).length;
    const chosen = chooseBlocks({
      blocks,
      seen,
      unseen,
      always: spacedBlocks(blocks, STANDARD).slice(0, seen),
      apart: Math.ceil(APART / size),
      seed,
    });
    const make = (block: number) =>
      imputationWindow(genotypes, sites, split, { size, nClosest: SITES, block, name: `block ${block}` });
    const windows = { seen: chosen.seen.map(make), unseen: chosen.unseen.map(make) };
    checkAlike([...windows.seen, ...windows.unseen]);
    return windows;
  };
}

async function readRegion() {
  const [split, reference, scaffold] = await Promise.all([
    b1Samples(),
    genotypePath("reference"),
    genotypePath("scaffold"),
  ]);
  const { genotypes } = await readVcf(reference, { require: "phased" });
  const panel = onPanel(genotypes, await readSites(scaffold, genotypes.contig));
  return { genotypes, split, sites: imputationSites(genotypes, panel, split.train) };
}

/** R² of predicting for every test haplotype how frequent the alleles are in the train rows of the window. */
export const frequencyR2 = (window: ImputationWindow): number => pooledR2(byFrequency(window));

function byFrequency({ targets, targetVariants, fold }: ImputationWindow): Scored {
  const width = targetVariants.length;
  const shares = new Float64Array(width);
  for (const row of fold.train) {
    for (let t = 0; t < width; t++) shares[t]! += targets[row * width + t]! / fold.train.length;
  }
  const truth = new Uint8Array(fold.test.length * width);
  fold.test.forEach((row, i) => truth.set(targets.subarray(row * width, (row + 1) * width), i * width));
  return { predicted: Float64Array.from(truth, (_, i) => shares[i % width]!), truth, targets: width };
}
