import * as Plot from "@observablehq/plot";
import { logTicks, tickFormatter, type Unit } from "./ticks.ts";

/** An axis: what it shows, in which unit. */
export interface Axis {
  label: string;
  unit?: Unit;
  log?: boolean;
}

/** An axis as Plot takes it. */
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

/**
 * An axis over the range of some values, with readable ticks.
 *
 * @throws RangeError if there is nothing to draw, a value is not finite, or one is not positive on a logarithmic axis.
 */
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
  const ticks = logTicks(low, high, axis.unit);
  // On a logarithmic scale Plot blanks some labels even of ticks that it was given, unless they are texts.
  return {
    scale: { type: "log", domain: [low, high] },
    axis: { ...common, ticks, text: format },
    grid: { ticks },
  };
}

/** An axis of names in their order. */
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
