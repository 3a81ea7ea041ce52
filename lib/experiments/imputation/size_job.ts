/** One imputation in a process of its own, so that its memory is its own: files in, a line of JSON out. */
import { useEngine } from "../../engine/mod.ts";
import { type ImputeFiles, imputeFiles } from "../../imputation/run.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import { peakResidentBytes } from "../../results/mod.ts";

/** What the process is told, and what it tells. */
export type SizeJob = Pick<ImputeFiles, "reference" | "targets" | "map" | "out"> & { fast: boolean };
export interface SizeMeasures {
  seconds: { read: number; phase: number; impute: number };
  variants: number;
  windows: number;
  peakBytes: number;
}

if (import.meta.main) {
  const { fast, ...files } = JSON.parse(Deno.args[0]!) as SizeJob;
  // The line of progress is not for the reader of this one.
  const { log } = console;
  console.log = console.error;
  await useEngine();
  const result = await imputeFiles({
    ...files,
    phasing: "own",
    settings: fast ? { ...DEFAULT_SETTINGS, weight: 0 } : DEFAULT_SETTINGS,
    source: "SPIN workspace",
  });
  const { seconds, variants, windows } = result!;
  const measures: SizeMeasures = { seconds, variants, windows, peakBytes: await peakResidentBytes() };
  log(JSON.stringify(measures));
}
