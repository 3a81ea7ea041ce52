import type { RunRecord, TableView } from "../../results/mod.ts";
import { beagleR2 } from "./imputation_many_beagle.ts";
import {
  type ManyResult,
  manyResults,
  maskingPairs,
  type Part,
  shareResults,
  wholeResults,
} from "./imputation_many_results.ts";

const NOTHING = "–";

const shown = (value: number, error = NaN): string =>
  Number.isNaN(value) ? NOTHING : value.toFixed(3) + (Number.isNaN(error) ? "" : ` ± ${error.toFixed(3)}`);

/** R² and the frequency's, the better one marked. */
const pair = ({ r2, error, frequency }: Part) => [
  { text: shown(r2, error), best: r2 > frequency },
  { text: shown(frequency), best: frequency >= r2 },
];

const HEAD = ["seen: R²", "frequency", "unseen: R²", "frequency"];

const MEASURE =
  "R² of the 60 test haplotypes, all targets of a window together, mean over windows. Frequency: " +
  "that of the train haplotypes of the same window for everyone. The better one is marked.";

function notesOf(results: readonly ManyResult[]): string[] {
  const how = results.map(({ profile, steps, labelMask, seeds }) =>
    `${profile} profile, ${steps} steps, label mask ${labelMask}, ${seeds} seed${seeds > 1 ? "s" : ""}`
  );
  return [MEASURE, `${[...new Set(how)].join("; ")}.`];
}

/** Sizes of windows: seen and unseen ones beside the train frequency (the paper's Tables 4 and 8). */
export function manyTable(records: readonly RunRecord[]): TableView {
  const results = wholeResults(manyResults(records));
  return {
    title: "One set of weights for several windows",
    head: ["model, targets, windows", ...HEAD],
    rows: results.map(({ label, size, seen, unseen }) => ({
      label: `${label}, ${size}, ${seen.windows.length} + ${unseen.windows.length}`,
      cells: [...pair(seen), ...pair(unseen)],
    })),
    notes: notesOf(results),
  };
}

/** Every window of one training: of the first of `manyTable`. */
export function manyWindowTable(records: readonly RunRecord[]): TableView {
  const [first] = wholeResults(manyResults(records));
  const rows = (part: "seen" | "unseen") =>
    (first?.[part].windows ?? []).map(({ name, r2, frequency }) => {
      const values = [r2, frequency, beagleR2(first!, name)];
      const best = Math.max(...values.filter((value) => !Number.isNaN(value)));
      return {
        label: `${name}, ${part}`,
        cells: values.map((value) => ({ text: shown(value), best: value === best })),
      };
    });
  return {
    title: first ? `${first.label}, ${first.size} targets: window by window` : "No run yet",
    head: ["window", "R²", "frequency", "Beagle"],
    rows: [...rows("seen"), ...rows("unseen")],
    notes: [
      "Beagle 5.4 with the same 150 sites and samples (data/genotypes/classical.json), where it was measured. The best one is marked.",
    ],
  };
}

/** Labels of whole rows masked, and single cells (the paper's Table 5). */
export function manyMaskingTable(records: readonly RunRecord[]): TableView {
  const pairs = maskingPairs(manyResults(records));
  return {
    title: "Masking whole rows of labels, or single cells",
    head: ["model, targets, masking", ...HEAD],
    rows: pairs.flatMap((both) =>
      both.map(({ label, size, chunkMask, seen, unseen }) => ({
        label: `${label}, ${size}, ${chunkMask ? "whole rows" : "single cells"}`,
        cells: [...pair(seen), ...pair(unseen)],
      }))
    ),
    notes: notesOf(pairs.flat()),
  };
}

/** Shares of the train samples (the paper's Table 9). */
export function manyShareTable(records: readonly RunRecord[]): TableView {
  const results = shareResults(manyResults(records));
  return {
    title: `More haplotypes, ${results[0]?.size ?? 300} targets`,
    head: ["model, share of the train haplotypes", ...HEAD],
    rows: results.map(({ label, proportion, seen, unseen }) => ({
      label: `${label}, ${proportion}`,
      cells: [...pair(seen), ...pair(unseen)],
    })),
    notes: notesOf(results),
  };
}
