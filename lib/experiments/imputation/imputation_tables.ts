import { MAF_BINS } from "../../baselines/genotype_r2.ts";
import { genotypeFigures } from "../../data/genotypes/project.ts";
import { methodDots, type MethodScore } from "../../plots/mod.ts";
import { costTable, type RunRecord, type TableView } from "../../results/mod.ts";
import { currentRuns, type ImputationMethod, imputationMethods, windowsOf } from "./imputation_methods.ts";

const NOTHING = "–";

/** "0.962 ± 0.004" */
const shown = (value: number, error = NaN): string =>
  Number.isNaN(value)
    ? NOTHING
    : value.toFixed(3) + (Number.isNaN(error) ? "" : `\u00a0±\u00a0${error.toFixed(3)}`);

/** A row for each method, the best of a column marked. */
function methodTable(
  methods: readonly ImputationMethod[],
  columns: readonly {
    head: string;
    value(method: ImputationMethod): number;
    error?(method: ImputationMethod): number;
  }[],
  { title, notes }: { title: string; notes: string[] },
): TableView {
  const best = columns.map(({ value }) => Math.max(...methods.map(value).filter((x) => !Number.isNaN(x))));
  return {
    title,
    head: ["method", ...columns.map(({ head }) => head)],
    rows: methods.map((method) => ({
      label: method.label,
      cells: columns.map(({ value, error }, c) => ({
        text: shown(value(method), error?.(method)),
        best: value(method) === best[c],
      })),
    })),
    notes,
  };
}

const at = (method: ImputationMethod, window: number) =>
  method.windows.find((score) => score.window === window);

/** Who was run how, and what stands beside it. */
function notesOf(records: readonly RunRecord[], methods: readonly ImputationMethod[]): string[] {
  const runs = currentRuns(records);
  const names = methods.filter(({ ours }) => ours).map(({ label }) => label).join(", ");
  const profiles = [...new Set(runs.map(({ profile }) => profile))].join(", ");
  const seeds = [...new Set(runs.map(({ seed }) => seed))].join(", ");
  return [
    `${names}: runs of this workspace, ${profiles} profile, seed${seeds.includes(",") ? "s" : ""} ${seeds}.`,
    ...(methods.some(({ ours }) => !ours)
      ? [
        "The other rows: measured with scikit-learn, XGBoost and Beagle 5.4 on the same haplotypes " +
        "(data/genotypes/classical.json).",
      ]
      : []),
  ];
}

/** R² of each window and method on the test haplotypes. */
export function imputationTable(records: readonly RunRecord[]): TableView {
  const methods = imputationMethods(records);
  const windows = windowsOf(currentRuns(records));
  return methodTable(methods, [
    ...windows.map((window) => ({
      head: `window ${window}`,
      value: (method: ImputationMethod) => at(method, window)?.mean ?? NaN,
      error: (method: ImputationMethod) => at(method, window)?.standardError ?? NaN,
    })),
    { head: "mean", value: ({ mean }) => mean, error: ({ deviation }) => deviation },
    { head: "dosages", value: ({ dosage }) => dosage },
    { head: "single targets", value: ({ perTarget }) => perTarget },
  ], {
    title: "Genotype imputation: R² of test haplotypes by window",
    notes: [
      "R²: of all 60 test haplotypes and all targets of a window together, as in the paper. Targets differ in frequency, " +
      "so that the train frequency for everyone already gets something. ± of a window: standard error over seeds; " +
      "of the mean: standard deviation over windows. Single targets: mean R² of those that vary. The best of a " +
      "column is marked.",
      ...notesOf(records, methods),
    ],
  });
}

/** R² by minor allele frequency, all windows together. */
export function imputationBinTable(records: readonly RunRecord[]): TableView {
  const methods = imputationMethods(records);
  const { testMinorAlleles } = genotypeFigures().b1;
  const windows = windowsOf(currentRuns(records));
  const all = windows.length === genotypeFigures().b1.windows.length;
  const known = methods.filter(({ bins }) => bins.some((value) => !Number.isNaN(value)));
  return methodTable(
    known,
    MAF_BINS.map((head, bin) => ({ head, value: ({ bins }: ImputationMethod) => bins[bin]! })),
    {
      title: `Genotype imputation: R² by minor allele frequency, windows ${windows.join(", ")} together`,
      notes: [
        "Frequencies of the train haplotypes; minor alleles are counted, so that frequencies alone do not help.",
        all
          ? `The test haplotypes have ${
            testMinorAlleles.join(", ")
          } minor alleles in the bins: differences in the first one mean little.`
          : "Classical figures by frequency are of all five windows, and left out here.",
        ...notesOf(records, known),
      ],
    },
  );
}

/** Time and memory of our runs, means over windows and seeds. */
export function imputationCosts(records: readonly RunRecord[]): TableView {
  const runs = currentRuns(records).map((run) => ({ ...run, data: { ...run.data, name: "a window" } }));
  const table = costTable(runs, "What a window costs: means over windows and seeds");
  return { ...table, notes: [...table.notes, "Windows share their programs, which compile once."] };
}

/** Axes have room for short names. */
const short = (label: string): string => label.replace(" array", "");

/**
 * R² of all methods, the mean of the windows that were run. The train frequency alone, far below, would press all others
 * together.
 */
export function imputationFigure(records: readonly RunRecord[]) {
  const windows = windowsOf(currentRuns(records));
  const data = `mean of window${windows.length > 1 ? "s" : ""} ${windows.join(", ")}`;
  const scores = imputationMethods(records).filter(({ model }) => model !== "frequency")
    .map(({ label, mean }): MethodScore => ({
      data,
      model: short(label),
      metric: "r2",
      mean,
      standardError: NaN,
    }))
    .filter(({ mean }) => !Number.isNaN(mean));
  return methodDots(scores, { title: "R² of test haplotypes" });
}

/** R² of all methods by minor allele frequency: a panel for each bin. */
export function imputationBinFigure(records: readonly RunRecord[]) {
  const scores = imputationMethods(records).flatMap(({ label, bins }) =>
    MAF_BINS.map((bin, b): MethodScore => ({
      data: `minor allele ${bin}`,
      model: short(label),
      metric: "r2",
      mean: bins[b]!,
      standardError: NaN,
    }))
  ).filter(({ mean }) => !Number.isNaN(mean));
  return methodDots(scores, { title: "Genotype imputation: R² by minor allele frequency" });
}
