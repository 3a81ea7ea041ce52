import { type Figure, logLog, type Point, slopesOf } from "../../plots/mod.ts";
import { cell, formatBytes, NOTHING, type RunRecord, type TableView } from "../../results/mod.ts";
import { type Answer, present, recordsOf, type Report, wordOf } from "../experiment.ts";

type Size = "n" | "d";

const sizeOf = ({ configuration }: RunRecord, size: Size): number => configuration[size] as number;

/** The records that differ in one size alone: those with the value of the other one that has most sizes. */
function sweepOf(records: readonly RunRecord[], size: Size): RunRecord[] {
  const groups = Map.groupBy(records, (record) => sizeOf(record, size === "n" ? "d" : "n"));
  const sizes = (own: readonly RunRecord[]) => new Set(own.map((record) => sizeOf(record, size))).size;
  return [...groups.values()].sort((a, b) => sizes(b) - sizes(a))[0] ?? [];
}

const pointsOf = (records: readonly RunRecord[], size: Size, what: string): Point[] =>
  sweepOf(records, size).flatMap((record) => {
    const y = what === "parameters" ? record.parameters : record.metrics[what] ?? null;
    return y === null ? [] : [{ series: record.model, x: sizeOf(record, size), y }];
  });

/** A figure of a measure against a size; without points of two sizes none. */
function figureOf(
  records: readonly RunRecord[],
  [size, what]: [size: Size, what: "temporary" | "seconds" | "parameters"],
  { title, subtitle, of, xLabel, last }: {
    title: string;
    subtitle?: string;
    of: string;
    xLabel?: string;
    last?: number;
  },
): Figure | undefined {
  const points = pointsOf(records, size, what);
  if (points.length < 2) return undefined;
  const [label, unit] = what === "temporary"
    ? [`temporary memory of ${of}`, "bytes" as const]
    : what === "seconds"
    ? [`time of ${of}`, "seconds" as const]
    : [what];
  const x = { label: xLabel ?? (size === "n" ? "rows n" : "columns d") };
  return logLog(points, { title, subtitle, x, y: { label, unit }, last });
}

/** The slopes of memory on logarithmic scales by model: in n and in d, and of a prediction in n where there are records. */
function slopesByModel(all: readonly RunRecord[]) {
  const [steps, predictions] = [recordsOf(all, "step-cost"), recordsOf(all, "prediction-cost")];
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
      cells: slopes.map((slope) => cell(slope?.toFixed(2) ?? NOTHING)),
    })),
    notes: ["Fitted to the last three sizes at most: 1 is linear, 2 quadratic, 0 constant."],
  };
}

/** SPIN's slopes that were measured, and what they should be: linear in n and d, constant for a prediction. */
const claimedSlopes = (all: readonly RunRecord[]) => {
  const [rows, columns, predictions] = slopesByModel(all).get("spin") ?? [];
  return [
    { what: "memory of a step in n", slope: rows, wanted: 1 },
    { what: "memory of a step in d", slope: columns, wanted: 1 },
    { what: "memory of a prediction in n", slope: predictions, wanted: 0 },
  ].flatMap(({ what, slope, wanted }) =>
    slope === undefined ? [] : [{ what, slope, wanted, holds: Math.abs(slope - wanted) <= 0.1 }]
  );
};

const slopeVerdict = (all: readonly RunRecord[]): string =>
  claimedSlopes(all).map(({ what, slope, wanted, holds }) =>
    `- SPIN's ${what} grows with a slope of ${slope.toFixed(2)}, ` +
    `${holds ? "as it should" : `which should be ${wanted}`}.`
  ).join("\n");

/** Reproduced if all three slopes are within 0.1 of what is claimed. */
function slopeAnswer(all: readonly RunRecord[]): Answer | undefined {
  const claims = claimedSlopes(all);
  if (claims.length < 3) return undefined;
  const slopes = claims.map(({ what, slope, wanted }) => `${slope.toFixed(2)} (${what}; claimed ${wanted})`);
  return {
    word: wordOf(claims.filter(({ holds }) => holds).length, claims.length),
    why: `On logarithmic scales the slopes are ${slopes.join(", ")}.`,
  };
}

/** What a step needs at the most rows that all models have, the least first: a slope alone does not tell who needs less. */
function memoryLine(records: readonly RunRecord[]): string[] {
  const points = pointsOf(records, "n", "temporary");
  const models = new Set(points.map(({ series }) => series)).size;
  const shared = [...Map.groupBy(points, ({ x }) => x)].filter(([, own]) => own.length === models);
  const [n, own] = shared.sort(([a], [b]) => b - a)[0] ?? [];
  if (!own || models < 2) return [];
  const needs = own.toSorted((a, b) => a.y - b.y).map(({ series, y }) => `${formatBytes(y)} (${series})`);
  return [`- A step on ${n!.toLocaleString("en")} rows needs ${needs.join(", ")}.`];
}

/** Training steps against rows and columns. @param all those of prediction-cost add their slopes */
export function stepCostReport(all: readonly RunRecord[]): Report {
  const records = recordsOf(all, "step-cost");
  const step = "a training step";
  return {
    tables: { slopes: slopeTable(all) },
    figures: present({
      rows: figureOf(records, ["n", "temporary"], { title: "Memory against rows", of: step }),
      row_times: figureOf(records, ["n", "seconds"], {
        title: "Time against rows",
        subtitle: "steps of more than 1 GB are compiled, not run: their lines end",
        of: step,
        last: 2,
      }),
      columns: figureOf(records, ["d", "temporary"], { title: "Memory against columns", of: step }),
      column_parameters: figureOf(records, ["d", "parameters"], {
        title: "Parameters against columns",
        of: step,
      }),
    }),
    verdict: [slopeVerdict(all), ...memoryLine(records)].join("\n"),
    answer: slopeAnswer(all),
  };
}

export function predictionCostReport(all: readonly RunRecord[]): Report {
  const records = recordsOf(all, "prediction-cost");
  const title = `Predicting ${records[0]?.configuration["queries"]} rows`;
  const shown = { of: "the prediction", xLabel: "training rows n" };
  return {
    tables: {},
    figures: present({
      times: figureOf(records, ["n", "seconds"], { title, ...shown }),
      memory: figureOf(records, ["n", "temporary"], { title: `${title}: memory`, ...shown }),
    }),
    verdict: slopeVerdict(records),
  };
}
