import { type FittedWindow, fitWindow, type HaplotypeWindow } from "../train/haplotype/fit.ts";
import { columnsOf, type ImputeTask, panelAt, type Region } from "./region.ts";
import { type ImputeSettings, recipeFor } from "./settings.ts";
import type { RegionWindow } from "./windows.ts";

/** A window as SPIN is trained on it. */
export function trainingWindow(
  { reference, typed }: ImputeTask,
  { targets, centimorgans }: Region,
  window: RegionWindow,
): HaplotypeWindow {
  const sites = typed.subarray(window.sites.from, window.sites.to);
  const wanted = targets.subarray(window.targets.from, window.targets.to);
  const places = Int32Array.from([...sites, ...wanted]).sort();
  const placeOf = new Map(Array.from(places, (variant, place) => [variant, place]));
  return {
    panel: panelAt(reference, places),
    centimorgans: Float64Array.from(places, (i) => centimorgans[i]!),
    sites: sites.map((i) => placeOf.get(i)!),
    targets: wanted.map((i) => placeOf.get(i)!),
  };
}

/** The targets' alleles at a window's sites, [haplotypes, sites]. */
export const queriesOf = ({ typed, known }: ImputeTask, { sites }: RegionWindow): Uint8Array =>
  columnsOf(known, typed.length, sites.from, sites.to);

/** Trains the SPIN of window number `w`; every window has random numbers of its own. */
export function fitRegionWindow(
  task: ImputeTask,
  region: Region,
  settings: ImputeSettings,
  w: number,
  options: { onStep?: (step: number) => void; stop?: () => boolean } = {},
): Promise<FittedWindow> {
  const window = region.windows[w]!;
  const recipe = recipeFor(settings.recipe, window.sites.to - window.sites.from);
  return fitWindow(
    trainingWindow(task, region, window),
    { ...recipe, seed: recipe.seed * 100_003 + w },
    options,
  );
}
