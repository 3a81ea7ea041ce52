/** Points of curves: within runs against steps, or over runs against an option. */
import {
  COSTS,
  curvesOf,
  measuresOf,
  optionLabel,
  optionsOf,
  type Row,
  rowOf,
  type SiteRun,
  varyingNumbers,
} from "../runs.ts";

export interface CurvePoint {
  series: string;
  x: number;
  y: number;
}

/** What can be on the x axis, and for each what can be on the y axis. */
export function axesOf(runs: readonly SiteRun[]): Map<string, string[]> {
  const axes = new Map<string, string[]>();
  for (const { x, values } of runs.flatMap(curvesOf)) {
    const names = axes.get(x) ?? [];
    names.push(...Object.keys(values).filter((name) => !names.includes(name)));
    axes.set(x, names);
  }
  const measures = [...measuresOf(runs), ...COSTS];
  for (const name of varyingNumbers(runs)) {
    const placed = longest(placesOf(runs, name));
    const numbers = measures.filter((measure) => placed.some(({ row }) => typeof row[measure] === "number"));
    if (numbers.length > 0) axes.set(name, numbers);
  }
  return axes;
}

const PARTS = ["model", "set", "profile", "steps", "fold", "seed", "source"];

/** A name for each run, of the parts that are not the same in all of them; the model always. */
function namesOf(runs: readonly SiteRun[]): string[] {
  const rows = runs.map(rowOf);
  const told = PARTS.filter((part) => part === "model" || new Set(rows.map((row) => row[part])).size > 1);
  return rows.map((row) =>
    told.filter((part) => row[part] !== null).map((part) =>
      part === "fold" || part === "seed"
        ? `${part} ${row[part]}`
        : part === "steps"
        ? `${row[part]} steps`
        : row[part]
    ).join(", ")
  );
}

interface Place {
  series: string;
  x: number;
  row: Row;
}

/** Runs against an option; a series is a model with every other number that varies, so that a line is of one thing alone. */
function placesOf(runs: readonly SiteRun[], x: string): Place[] {
  const others = varyingNumbers(runs).filter((name) => name !== x);
  return runs.flatMap((run) => {
    const options = optionsOf(run);
    const at = options[x];
    if (typeof at !== "number") return [];
    const row = rowOf(run);
    const words = others.flatMap((name) => name in options ? [`${optionLabel(name)} ${options[name]}`] : []);
    return [{ series: [row["model"], ...words].join(", "), x: at, row }];
  });
}

const longest = (places: readonly Place[]): Place[] =>
  [...Map.groupBy(places, ({ series }) => series).values()]
    .filter((line) => new Set(line.map(({ x }) => x)).size > 1).flat();

const acrossRuns = (runs: readonly SiteRun[], x: string, y: string): CurvePoint[] =>
  longest(placesOf(runs, x)).flatMap(({ series, x, row }) => {
    const value = row[y];
    return typeof value === "number" ? [{ series, x, y: value }] : [];
  });

/** The points of a pair of axes, each series in the order of x. */
export function pointsOf(runs: readonly SiteRun[], x: string, y: string): CurvePoint[] {
  const inside = runs.filter((run) => curvesOf(run).some((point) => point.x === x));
  const names = namesOf(inside);
  const points = inside.length > 0
    ? inside.flatMap((run, i) =>
      curvesOf(run).flatMap((point) => {
        const value = point.values[y];
        return point.x === x && value !== undefined ? [{ series: names[i]!, x: point.at, y: value }] : [];
      })
    )
    : acrossRuns(runs, x, y);
  return points.sort((a, b) => a.x - b.x);
}
