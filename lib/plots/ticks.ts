/** What a number on an axis stands for. */
export type Unit = "number" | "points" | "bytes" | "seconds";

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
