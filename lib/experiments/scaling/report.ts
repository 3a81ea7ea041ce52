import { type Figure, logLog, type Point, slopesOf } from "../../plots/mod.ts";
import type { RunRecord, TableView } from "../../results/mod.ts";
import type { Report } from "../experiment.ts";

/** A size that costs are shown against. */
type Size = "n" | "d";

const sizeOf = ({ configuration }: RunRecord, size: Size): number => configuration[size] as number;

/** The records that differ in one size alone: those with the value of the other one that has most sizes. */
function sweepOf(records: readonly RunRecord[], size: Size): RunRecord[] {
  const groups = Map.groupBy(records, (record) => sizeOf(record, size === "n" ? "d" : "n"));
  const sizes = (own: readonly RunRecord[]) => new Set(own.map((record) => sizeOf(record, size))).size;
  return [...groups.values()].sort((a, b) => sizes(b) - sizes(a))[0] ?? [];
}

/** A series for each model. */
const pointsOf = (records: readonly RunRecord[], size: Size, what: string): Point[] =>
  sweepOf(records, size).flatMap((record) => {
    const y = what === "parameters" ? record.parameters : record.metrics[what] ?? null;
    return y === null ? [] : [{ series: record.model, x: sizeOf(record, size), y }];
  });

const LABELS: Record<Size, string> = { n: "rows n", d: "columns d" };

/** What is shown of a measure, by the name of its figure. */
interface Shown {
  size: Size;
  what: string;
  title: string;
  label: string;
  unit?: "bytes" | "seconds";
  /** Sizes of the fitted slope; three unless given. */
  last?: number;
}

/** Figures of what there are two points or more of. */
function figuresOf(
  records: readonly RunRecord[],
  shown: Record<string, Shown>,
  xLabel?: string,
): Record<string, Figure> {
  return Object.fromEntries(
    Object.entries(shown).flatMap(([name, { size, what, title, label, unit, last }]) => {
      const points = pointsOf(records, size, what);
      if (points.length < 2) return [];
      const options = { title, x: { label: xLabel ?? LABELS[size] }, y: { label, unit }, last };
      return [[name, logLog(points, options)] as const];
    }),
  );
}

const [STEP_MEMORY, STEP_TIME] = ["temporary memory of a training step", "time of a training step"];

const STEPS: Record<string, Shown> = {
  rows: { size: "n", what: "temporary", title: "Memory against rows", label: STEP_MEMORY, unit: "bytes" },
  row_times: {
    size: "n",
    what: "seconds",
    title: "Time against rows",
    label: STEP_TIME,
    unit: "seconds",
    last: 2,
  },
  columns: {
    size: "d",
    what: "temporary",
    title: "Memory against columns",
    label: STEP_MEMORY,
    unit: "bytes",
  },
  column_parameters: {
    size: "d",
    what: "parameters",
    title: "Parameters against columns",
    label: "parameters",
  },
};

const of = (records: readonly RunRecord[], name: string): RunRecord[] =>
  records.filter(({ experiment }) => experiment === name);

/** The slopes of memory on logarithmic scales by model: in n and in d, and of a prediction in n where there are records. */
function slopesByModel(all: readonly RunRecord[]) {
  const [steps, predictions] = [of(all, "step-cost"), of(all, "prediction-cost")];
  const slopes = (records: readonly RunRecord[], size: Size) =>
    slopesOf(pointsOf(records, size, "temporary"), 3);
  const sweeps = [slopes(steps, "n"), slopes(steps, "d"), slopes(predictions, "n")] as const;
  const models = [...new Set(sweeps.flatMap((sweep) => [...sweep.keys()]))];
  return new Map(models.map((model) => [model, sweeps.map((sweep) => sweep.get(model))]));
}

function slopeTable(all: readonly RunRecord[]): TableView {
  return {
    title: "Slopes of memory on logarithmic scales",
    head: ["model", "memory in n", "memory in d", "prediction memory in n"],
    rows: [...slopesByModel(all)].map(([label, slopes]) => ({
      label,
      cells: slopes.map((slope) => ({ text: slope === undefined ? "–" : slope.toFixed(2), best: false })),
    })),
    notes: ["Fitted to the last three sizes at most: 1 is linear, 2 quadratic, 0 constant."],
  };
}

/** Whether SPIN's memory is linear in n and d, and that of its prediction constant. */
function slopeVerdict(all: readonly RunRecord[]): string {
  const [rows, columns, predictions] = slopesByModel(all).get("spin") ?? [];
  const line = (what: string, slope: number | undefined, wanted: number) =>
    slope === undefined ? [] : [
      `- SPIN's ${what} grows with a slope of ${slope.toFixed(2)}, ${
        Math.abs(slope - wanted) <= 0.1 ? "as it should" : `which should be ${wanted}`
      }.`,
    ];
  return [
    ...line("memory of a step in n", rows, 1),
    ...line("memory of a step in d", columns, 1),
    ...line("memory of a prediction in n", predictions, 0),
  ].join("\n");
}

/** Training steps against rows and columns. @param all those of prediction-cost add their slopes */
export const stepCostReport = (all: readonly RunRecord[]): Report => ({
  tables: { slopes: slopeTable(all) },
  figures: figuresOf(of(all, "step-cost"), STEPS),
  verdict: slopeVerdict(all),
});

/** Predictions against training rows. */
export function predictionCostReport(all: readonly RunRecord[]): Report {
  const records = of(all, "prediction-cost");
  const queries = records[0]?.configuration["queries"];
  const title = `Predicting ${queries} rows`;
  const shown: Record<string, Shown> = {
    times: { size: "n", what: "seconds", title, label: "time", unit: "seconds" },
    memory: {
      size: "n",
      what: "temporary",
      title: `${title}: memory`,
      label: "temporary memory",
      unit: "bytes",
    },
  };
  return {
    tables: {},
    figures: figuresOf(records, shown, "training rows n"),
    verdict: slopeVerdict(records),
  };
}
