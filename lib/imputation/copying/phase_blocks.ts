/** Blocks of known phase along a sample: within one it is known, from one to the next it is not. */
import { ALT_REF, REF_ALT } from "./pair_program.ts";

export interface PhaseBlocks {
  /** [samples, sites]: the phase set of a call whose phase is known, as its file numbers it. */
  sets: Int32Array;
  /** [samples, sites]: 1 where the two haplotypes may be exchanged on the way to the next site. */
  cuts: Uint8Array;
}

/**
 * Where the haplotypes of samples may be exchanged: between the last call of one set and the first of another. Sets that
 * lie within others are met in pieces.
 *
 * @param calls [samples, sites] with REF_ALT and ALT_REF where phase is known
 * @returns null if each sample has one set at most
 */
export function phaseBlocks(calls: Uint8Array, sets: Int32Array | null, sites: number): PhaseBlocks | null {
  if (!sets) return null;
  const cuts = new Uint8Array(calls.length);
  for (let start = 0; start < calls.length; start += sites) {
    let last = -1;
    for (let at = start; at < start + sites; at++) {
      if (calls[at] !== REF_ALT && calls[at] !== ALT_REF) continue;
      if (last >= 0 && sets[at] !== sets[last]) cuts.fill(1, last, at);
      last = at;
    }
  }
  return cuts.includes(1) ? { sets, cuts } : null;
}
