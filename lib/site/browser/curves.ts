/** Points of curves: within runs against steps, or over runs against an option. */
import {
  COSTS,
  curvesOf,
  measuresOf,
  optionLabel,
  optionsOf,
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
  const measured = runs.map(rowOf);
  const numbers = [...measuresOf(runs), ...COSTS].filter((name) =>
    measured.some((row) => typeof row[name] === "number")
  );
  for (const name of varyingNumbers(runs)) axes.set(name, numbers);
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

/** Over runs: the model, and every other number that varies, so that a line is of one thing alone. */
function acrossRuns(runs: readonly SiteRun[], x: string, y: string): CurvePoint[] {
  const others = varyingNumbers(runs).filter((name) => name !== x);
  const points = runs.flatMap((run) => {
    const [at, value] = [optionsOf(run)[x], rowOf(run)[y]];
    if (typeof at !== "number" || typeof value !== "number") return [];
    const options = optionsOf(run);
    const words = others.flatMap((name) => name in options ? [`${optionLabel(name)} ${options[name]}`] : []);
    return [{ series: [rowOf(run)["model"], ...words].join(", "), x: at, y: value }];
  });
  const lines = [...Map.groupBy(points, ({ series }) => series).values()];
  const long = lines.filter((line) => new Set(line.map((point) => point.x)).size > 1);
  return (long.length > 0 ? long : lines).flat();
}

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
