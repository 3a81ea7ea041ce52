import { threefryUniform } from "@spin/xla/threefry";

/** Haplotypes that mosaics are made of, and which of their places are known and which are to be predicted. */
export interface MosaicPanel {
  /** 0 and 1, [haplotypes, places] in order of position. */
  panel: Uint8Array;
  /** [places], not decreasing. */
  centimorgans: ArrayLike<number>;
  /** Places of known sites and of targets; [sites], [targets]. */
  sites: Int32Array;
  targets: Int32Array;
}

export interface MosaicOptions {
  /** How many at once. */
  batch: number;
  /** Changes of the copied haplotype per centimorgan. */
  rate: number;
  /** Share of the known alleles that are flipped. */
  noise: number;
}

/** Alleles 0 and 1 of mosaics. */
export interface Mosaics {
  /** [batch, sites] */
  known: Uint8Array;
  /** [batch, targets] */
  truth: Uint8Array;
}

/**
 * New haplotypes as mosaics of those of a panel, the assumption of Li and Stephens (2003): a haplotype copies one of the
 * panel, changes to another at random places, and now and then differs from what it copies. Training on mosaics in
 * place of the panel's few hundred rows teaches a network that far sites tell little about a target.
 *
 * They are put together here and not on the device, where it takes a third of a training step: here they are copies of a
 * few stretches a row.
 *
 * @param key seed and step: equal ones give equal mosaics
 */
export function mosaics(
  { panel, centimorgans, sites, targets }: MosaicPanel,
  { batch, rate, noise }: MosaicOptions,
  key: readonly [seed: number, step: number],
): Mosaics {
  const places = centimorgans.length;
  const rows = panel.length / places;
  const random = randomNumbers(key);
  /** Of how far it is to the next of events that come so often, on the average, in a stretch of 1. */
  const distance = (often: number) => -Math.log(1 - random()) / often;
  const known = new Uint8Array(batch * sites.length);
  const truth = new Uint8Array(batch * targets.length);
  const mosaic = new Uint8Array(places);
  for (let b = 0; b < batch; b++) {
    for (let from = 0, at = centimorgans[0]!; from < places;) {
      at += distance(rate);
      let to = from;
      while (to < places && centimorgans[to]! <= at) to++;
      const source = Math.floor(random() * rows) * places;
      mosaic.set(panel.subarray(source + from, source + to), from);
      from = to;
    }
    for (let s = 0; s < sites.length; s++) known[b * sites.length + s] = mosaic[sites[s]!]!;
    for (let t = 0; t < targets.length; t++) truth[b * targets.length + t] = mosaic[targets[t]!]!;
  }
  const next = () => 1 + Math.floor(distance(-Math.log(1 - noise)));
  if (noise > 0) { for (let i = next() - 1; i < known.length; i += next()) known[i]! ^= 1; }
  return { known, truth };
}

/** Numbers in [0, 1) that are drawn at a time. */
const DRAWN = 1024;

/** A function that gives uniform numbers in [0, 1), one after the other. */
function randomNumbers([seed, step]: readonly [seed: number, step: number]): () => number {
  let numbers: Float32Array = new Float32Array();
  let [stream, i] = [0, 0];
  return () => {
    if (i === numbers.length) [numbers, i] = [threefryUniform(seed, step, stream++, DRAWN), 0];
    return numbers[i++]!;
  };
}
