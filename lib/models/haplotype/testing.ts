import type { HaplotypeRecipe, HaplotypeWindow } from "../../train/haplotype/fit.ts";

/** A small recipe for tests. */
export const SMALL_RECIPE: HaplotypeRecipe = {
  model: { word: 5, embedding: 4, f: 2, h: 3, depth: 2, heads: 2, dropout: 0 },
  steps: 60,
  batch: 32,
  learningRate: 1e-2,
  warmup: 0.1,
  weightDecay: 0,
  rate: 1,
  noise: 0,
  seed: 1,
};

/**
 * A window in which target t is the allele of site 2t: sites at even places, targets behind some of them.
 *
 * @param rows haplotypes of the panel, drawn from few founders
 */
export function copiedWindow(rows: number): HaplotypeWindow {
  const sites = 20;
  const founders = 6;
  const places: { site: number; target: boolean }[] = [];
  for (let site = 0; site < sites; site++) {
    places.push({ site, target: false });
    if (site % 2 === 0) places.push({ site, target: true });
  }
  const allele = (row: number, site: number) =>
    ((row % founders) * 7 + site * site * 3 + site) % 5 < 2 ? 1 : 0;
  const panel = Uint8Array.from(
    { length: rows * places.length },
    (_, i) => allele(Math.floor(i / places.length), places[i % places.length]!.site),
  );
  const at = (target: boolean) =>
    Int32Array.from([...places.keys()].filter((place) => places[place]!.target === target));
  return { panel, centimorgans: places.map((_, i) => i * 0.01), sites: at(false), targets: at(true) };
}
