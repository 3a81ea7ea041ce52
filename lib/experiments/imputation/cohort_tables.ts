import { MAF_BINS } from "../../baselines/mod.ts";
import { genotypeFigures } from "../../data/genotypes/mod.ts";
import { type Figure, scatter } from "../../plots/mod.ts";
import { formatDuration } from "../../progress/format.ts";
import type { RunRecord, TableView } from "../../results/mod.ts";
import type { CohortTruth } from "./cohort.ts";

const NOTHING = "–";
const shown = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? NOTHING : value.toFixed(4);

/** R² of dosages of a cohort, beside Beagle's and the frequency's figures where the whole region was imputed. */
export function cohortTable(records: readonly RunRecord[]): TableView {
  const runs = records.filter(({ experiment }) => experiment === "cohort");
  const measures = ["r2", "minorR2", ...MAF_BINS.map((_, bin) => `bin${bin}`), "targetR2"];
  const ours = runs.map(({ data, metrics, configuration, seed, memory }) => ({
    label: `${data.name.replace("b2-", "") === "all" ? "3 Mb" : data.name.replace("b2-", "")}, phase: ${
      configuration["phasing"]
    }, seed ${seed}`,
    cells: [
      ...measures.map((name) => ({ text: shown(metrics[name]), best: false })),
      { text: String(metrics["targets"]), best: false },
      {
        text: `${formatDuration(metrics["phaseSeconds"]!)} + ${formatDuration(metrics["imputeSeconds"]!)}`,
        best: false,
      },
      { text: `${(memory.peakResidentBytes! / 1e6).toFixed(0)} MB`, best: false },
    ],
  }));
  const whole = runs.some(({ data }) => data.name === "b2-all");
  const others = whole
    ? genotypeFigures().regions.filter(({ benchmark, level }) => benchmark === "B2" && level === "dosage")
    : [];
  const theirs = others.map(({ model, r2, minor, bins, perTarget }) => ({
    label: `3 Mb, ${genotypeFigures().methods[model]!.name}`,
    cells: [r2, minor, ...bins, perTarget].map((value) => ({ text: shown(value), best: false }))
      .concat([NOTHING, NOTHING, NOTHING].map((text) => ({ text, best: false }))),
  }));
  return {
    title: "101 people imputed from their array: R² of dosages",
    head: [
      "run",
      "R²",
      "minor alleles",
      ...MAF_BINS,
      "single variants",
      "variants",
      "phasing + imputing",
      "peak memory",
    ],
    rows: [...ours, ...theirs],
    notes: [
      "Squared correlation of imputed and true dosages over all people and imputed variants that vary in the reference; minor alleles: counted by " +
      "the rarer allele; by its frequency in the reference; single variants: mean of those that vary in the truth. Memory: of the whole process.",
      ...(theirs.length > 0
        ? [
          "Beagle 5.4 phased and imputed the same files; its figures come from data/genotypes/classical.json.",
        ]
        : []),
    ],
  };
}

/** Most points that a figure has. */
const POINTS = 180;

/** Imputed against true dosages: variants and people drawn evenly, true values moved a little apart to be seen. */
export function dosageFigure({ predicted, truth }: CohortTruth): Figure {
  const names = ["0 copies of ALT", "1 copy", "2 copies"];
  const groups = [0, 1, 2].map((dosage) =>
    [...truth as Uint8Array].flatMap((t, i) => t === dosage ? [i] : [])
  );
  const points = groups.flatMap((members, dosage) => {
    const most = POINTS / groups.length;
    const step = Math.max(1, members.length / most);
    return Array.from({ length: Math.min(most, members.length) }, (_, k) => ({
      series: names[dosage]!,
      x: dosage + 0.7 * ((k * 0.618034) % 1 - 0.5),
      y: predicted[members[Math.floor(k * step)]!]!,
    }));
  });
  return scatter(points, {
    title: "Imputed against true dosage",
    subtitle: "as many points of each true dosage, so that errors can be seen; most genotypes are 0",
    x: { label: "true dosage" },
    y: { label: "imputed dosage" },
  });
}
