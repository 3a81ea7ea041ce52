import { createHash } from "node:crypto";
import { join } from "node:path";
import { writePhasedVcf } from "../../baselines/beagle.ts";
import { findBeagle, plinkMap, readBeagle, runBeagle } from "../../baselines/mod.ts";
import {
  b1Samples,
  genotypePath,
  selectSamples,
  selectVariants,
  variantKey,
} from "../../data/genotypes/mod.ts";
import { alleleRows, type ImputationWindow } from "../../data/genotypes/windows_data.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { recorded } from "../record.ts";
import { type HaplotypeData, haplotypeData } from "./haplotypes_data.ts";
import { imputationScores } from "./imputation_scores.ts";

export interface BeagleRuns {
  /** A record for each window; none where Beagle is not installed. */
  records: RunRecord[];
  /** Why there are none, and how to get it. */
  absent?: string;
}

/**
 * Beagle itself on B1: the train samples as reference, the test samples at the array's sites, phased, with the genetic map. One run for
 * all windows.
 *
 * @throws UserError if Beagle fails, with its last lines
 */
export async function runBeagleWindows(
  { windows, profile = "quick", records: folder = LOCAL_RECORDS }: {
    windows: number[];
    profile?: Profile;
    records?: string;
  },
): Promise<BeagleRuns> {
  const beagle = await findBeagle();
  if (!beagle.found) return { records: [], absent: `Beagle was not run: ${beagle.how}` };
  const data = await haplotypeData(windows);
  let imputed: Promise<Imputed> | undefined;
  const records: RunRecord[] = [];
  for (const window of data.windows) {
    const identity = beagleIdentity(window, beagle.version, profile);
    const record = await recorded(folder, identity, async () => {
      const { probability, rowOf, seconds } = await (imputed ??= impute(data));
      return {
        metrics: imputationScores({
          predicted: predictedOf(data, window, probability, rowOf),
          truth: alleleRows(window.targets, window.targetVariants.length, window.fold.test),
          targets: window.targetVariants.length,
        }, window),
        seconds: { compile: 0, train: 0, evaluate: seconds },
        steps: 0,
        parameters: 0,
        compiledBytes: null,
      };
    });
    records.push(record!);
  }
  return { records };
}

const SETTINGS = { threads: 1, seed: 42 };

/** What the record of Beagle on a window is known by. */
export function beagleIdentity(window: ImputationWindow, version: string, profile: Profile): RunIdentity {
  const sha256 = createHash("sha256").update(window.inputs).update(window.targets).digest("hex");
  const configuration = { ...SETTINGS, version, size: window.targetVariants.length, proportion: 1 };
  return {
    experiment: "imputation",
    profile,
    model: "beagle-run",
    data: { name: window.name, sha256 },
    fold: null,
    seed: SETTINGS.seed,
    configuration: configuration as Record<string, Json>,
  };
}

interface Imputed {
  /** [variants, 2·test samples] of the file. */
  probability: Float32Array;
  /** The file's row of a variant. */
  rowOf: Map<string, number>;
  seconds: number;
}

async function impute({ genotypes, sites }: HaplotypeData): Promise<Imputed> {
  const split = await b1Samples();
  const folder = await Deno.makeTempDir();
  try {
    const [reference, targets] = [join(folder, "reference.vcf"), join(folder, "targets.vcf")];
    const kept = Int32Array.from([...sites.inputs, ...sites.targets]).sort();
    await writePhasedVcf(selectSamples(selectVariants(genotypes, kept), split.train), reference);
    await writePhasedVcf(selectSamples(selectVariants(genotypes, sites.inputs), split.test), targets);
    const map = await plinkMap(await genotypePath("map"), join(folder, "map.txt"), genotypes.contig);
    const run = await runBeagle({ reference, targets, map, out: join(folder, "imputed"), ...SETTINGS });
    const { positions, ref, alt, probability } = await readBeagle(run.vcf);
    const rowOf = new Map<string, number>();
    positions.forEach((position, i) => rowOf.set(`${position}:${ref[i]}:${alt[i]}`, i));
    return { probability, rowOf, seconds: run.seconds };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Probabilities of a window's targets, rows as the window's test rows: first haplotypes, then second ones. */
function predictedOf(
  { genotypes }: HaplotypeData,
  { targetVariants, fold }: ImputationWindow,
  probability: Float32Array,
  rowOf: Map<string, number>,
): Float32Array {
  const rows = fold.test.length;
  const samples = rows / 2;
  const out = new Float32Array(rows * targetVariants.length);
  targetVariants.forEach((variant, t) => {
    const from = rows * rowOf.get(variantKey(genotypes.variants, variant))!;
    for (let s = 0; s < samples; s++) {
      for (const h of [0, 1]) {
        out[(h * samples + s) * targetVariants.length + t] = probability[from + 2 * s + h]!;
      }
    }
  });
  return out;
}
