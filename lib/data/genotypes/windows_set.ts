import { UserError } from "../../errors.ts";
import { permutation } from "../permutation.ts";
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

interface WindowChoice {
  /** How many blocks there are. */
  blocks: number;
  /** Windows to train on, and windows that no training sees. */
  seen: number;
  unseen: number;
  /** Blocks that always are among the seen ones, such as the standard windows of the reference. */
  always?: readonly number[];
  /** Least distance of an unseen block from any seen one; 1 lets them be neighbours. */
  apart?: number;
  seed: number;
}

/**
 * Draws the windows of a multi-window training (`formWinDicts`), and others to test it on. The reference has no
 * unseen ones.
 *
 * @returns increasing numbers of blocks; those of `always` come first
 * @throws UserError if there are not enough blocks.
 */
export function chooseBlocks(
  { blocks, seen, unseen, always = [], apart = 1, seed }: WindowChoice,
): { seen: number[]; unseen: number[] } {
  const order = [...permutation(blocks, [seed, 0])].filter((block) => !always.includes(block));
  const ours = [...always, ...order.slice(0, Math.max(0, seen - always.length)).sort((a, b) => a - b)];
  const free = order.filter((block) => ours.every((other) => Math.abs(block - other) >= apart));
  if (ours.length !== seen || free.length < unseen) {
    throw new UserError(
      `windows: expected ${seen} blocks to train on and ${unseen} others at least ${apart} apart from them, ` +
        `found ${ours.length} and ${free.length} of ${blocks}`,
    );
  }
  return { seen: ours, unseen: free.slice(0, unseen).sort((a, b) => a - b) };
}

/**
 * The window that an epoch trains on and is judged by: always the same random order of all windows, again and again.
 *
 * @param epoch from 0
 */
export const windowOfEpoch = (windows: number, epoch: number, seed: number): number =>
  permutation(windows, [seed, 1])[epoch % windows]!;

/** @throws UserError unless all windows have equally many columns and the same rows, as one model needs them. */
export function checkAlike(windows: readonly ImputationWindow[]): void {
  const shape = ({ inputVariants, targetVariants, fold }: ImputationWindow) =>
    `${inputVariants.length} array sites, ${targetVariants.length} targets, ` +
    `${fold.train.length}/${fold.val.length}/${fold.test.length} train/validation/test rows`;
  const [first] = windows;
  const other = windows.find((window) => shape(window) !== shape(first!));
  if (!other) return;
  throw new UserError(
    `windows of one model: expected ${shape(first!)} in each (as ${first!.name} has), found ` +
      `${shape(other)} in ${other.name}`,
  );
}

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
