import * as Plot from "@observablehq/plot";

/** An axis: what it shows, in which unit. */
export interface Axis {
  label: string;
  unit?: Unit;
  log?: boolean;
  /** Where a logarithmic axis has its ticks; default at round numbers. */
  ticks?: readonly number[];
}

export interface DrawnAxis {
  scale: Plot.ScaleOptions;
  /** Options of `Plot.axisX` or `Plot.axisY`. */
  axis: object;
  /** Options of `Plot.gridX` or `Plot.gridY`. */
  grid: { ticks?: number[] };
}

function extent({ label, log }: Axis, values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RangeError(`"${label}": expected finite numbers to draw`);
  }
  if (log && low <= 0) {
    throw new RangeError(`"${label}": a logarithmic axis needs positive numbers, found ${low}`);
  }
  return log ? [low / 1.15, high * 1.15] : [low, high];
}

const CENTRED = { labelAnchor: "center", labelArrow: "none" } as const;

/** An axis over the range of values, with readable ticks. @throws RangeError if they cannot be shown */
export function axisOf(axis: Axis, values: readonly number[]): DrawnAxis {
  const [low, high] = extent(axis, values);
  const format = tickFormatter(high, axis.unit);
  const common = { label: axis.label, ...CENTRED };
  if (!axis.log) {
    return {
      scale: { nice: true, domain: [low, high], inset: 6 },
      axis: { ...common, tickFormat: format },
      grid: {},
    };
  }
  const ticks = [...axis.ticks ?? logTicks(low, high, axis.unit)];
  // On a logarithmic scale Plot blanks some labels even of ticks that it was given, unless they are texts.
  return {
    scale: { type: "log", domain: [low, high] },
    axis: { ...common, ticks, text: format },
    grid: { ticks },
  };
}

export const categoryAxis = (label: string, names: readonly string[]): DrawnAxis => ({
  scale: { type: "point", domain: names, padding: 0.4 },
  axis: { label, ...CENTRED },
  grid: {},
});

export const MARGINS = { marginLeft: 84, marginRight: 24, marginTop: 12, marginBottom: 48 };

/** A plane with a frame, a grid and titles in the middle of either side; without an x axis if another one below shows it. */
export function planeFrom(x: DrawnAxis, y: DrawnAxis, shared = false) {
  return {
    ...MARGINS,
    // Plot draws an axis for every scale of a plot, unless there is one or it is told not to.
    x: shared ? { ...x.scale, axis: null } : x.scale,
    y: y.scale,
    marks: [
      Plot.gridX(x.grid),
      Plot.gridY(y.grid),
      ...(shared ? [] : [Plot.axisX({ ...x.axis, labelOffset: 40 })]),
      Plot.axisY({ ...y.axis, labelOffset: 72 }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  };
}

/** What a number on an axis stands for. */
type Unit = "number" | "points" | "bytes" | "seconds";

/** Six digits hide the rounding of steps such as 0.1 + 0.2. */
const trim = (value: number): string => String(Number(value.toPrecision(6)));

function scaled(value: number, units: readonly [number, string][]): string {
  const [size, name] = units.find(([size]) => Math.abs(value) >= size * 0.9995) ?? units.at(-1)!;
  return `${trim(value / size)}${name}`;
}

const NUMBERS: [number, string][] = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];
const BYTES: [number, string][] = [[2 ** 30, " GiB"], [2 ** 20, " MiB"], [2 ** 10, " KiB"], [1, " B"]];
const SECONDS: [number, string][] = [[1, " s"], [1e-3, " ms"], [1e-6, " µs"]];

/** Writes the ticks of an axis: 8k and 20k, 64 MiB, 1.5 ms; in full below ten thousand, and numbers of points always. */
export function tickFormatter(high: number, unit: Unit = "number"): (value: number) => string {
  if (unit === "points") return String;
  if (unit === "bytes") return (value) => scaled(value, BYTES);
  if (unit === "seconds") return (value) => scaled(value, SECONDS);
  return high >= 1e4 ? (value) => scaled(value, NUMBERS) : trim;
}

const powers = (base: number, low: number, high: number, factors: readonly number[]): number[] => {
  const first = Math.floor(Math.log(low) / Math.log(base));
  const last = Math.ceil(Math.log(high) / Math.log(base));
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const factor of factors) ticks.push(factor * base ** power);
  }
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
};

/** Ticks for a logarithmic axis, four or more where the range has them: powers of ten, for bytes and numbers of points of two. */
export function logTicks(low: number, high: number, unit: Unit = "number"): number[] {
  const choices = unit === "bytes" || unit === "points"
    ? [powers(16, low, high, [1]), powers(4, low, high, [1]), powers(2, low, high, [1])]
    : [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]].map((factors) => powers(10, low, high, factors));
  const ticks = choices.find(({ length }) => length >= 4) ?? choices.at(-1)!;
  return ticks.length >= 2 ? ticks : [low, high].map((value) => Number(value.toPrecision(3)));
}
