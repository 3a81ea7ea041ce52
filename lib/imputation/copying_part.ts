import { copyingDosages } from "./copying/dosages.ts";
import { columnsOf, type ImputeTask, panelAt, type Region } from "./region.ts";
import type { ImputeSettings } from "./settings.ts";
import { firstAtLeast } from "./windows.ts";

/** Known sites on either side of a stretch of targets that the copying model reads beyond it. */
const FLANK = 400;

/** Probabilities [haplotypes, to - from] of a stretch of targets by the copying model. */
export async function copyingOf(
  { reference, typed, known }: ImputeTask,
  { targets, centimorgans }: Region,
  { ne, mismatch }: ImputeSettings,
  from: number,
  to: number,
): Promise<Float32Array> {
  const { position } = reference.variants;
  const sites = typed.map((i) => position[i]!);
  const first = Math.max(0, firstAtLeast(sites, position[targets[from]!]!) - FLANK);
  const last = Math.min(typed.length, firstAtLeast(sites, position[targets[to - 1]!]! + 1) + FLANK);
  const there = typed.subarray(first, last);
  const wanted = targets.subarray(from, to);
  return await copyingDosages({
    reference: panelAt(reference, there),
    query: columnsOf(known, typed.length, first, last),
    centimorgans: Float64Array.from(there, (i) => centimorgans[i]!),
    targets: {
      alleles: panelAt(reference, wanted),
      centimorgans: Float64Array.from(wanted, (i) => centimorgans[i]!),
    },
  }, { ne, mismatch });
}
