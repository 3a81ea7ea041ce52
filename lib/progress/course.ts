/** The curve of a training under way, drawn by hand: a figure of Plot's takes as long as many steps. */

/** What a training has shown so far. */
export interface Course {
  /** Steps with the loss of their batch, and with that of the validation rows or tasks. */
  train: [step: number, loss: number][];
  validation: [step: number, loss: number][];
  /** The step whose weights did best on the validation rows. */
  best?: number;
  /** Bytes that a step needs beside the program; unknown where the engine does not compile. */
  stepBytes?: number;
}

export const emptyCourse = (): Course => ({ train: [], validation: [] });

const WIDTH = 640;
const HEIGHT = 250;
const PLANE = { left: 62, right: 624, top: 62, bottom: 214 };
const INK = "#1f2328";
const COLOURS = { train: "#8a98a8", validation: "#d55e00" };

/** More points than this on a line are thinned: nobody sees them, and every drawing is sent anew. */
const MOST_POINTS = 300;

/** At most `most` of the points; the last one is always there. */
function thinned<T>(points: readonly T[], most = MOST_POINTS): readonly T[] {
  const every = Math.ceil(points.length / most);
  return every <= 1 ? points : points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** Round values between two ends, at most `most` of them. */
function roundTicks(low: number, high: number, most: number): number[] {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw)!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** 1, 2 and 5 times powers of ten between two ends, or round values where there are fewer than two of them. */
function logTicks(low: number, high: number): number[] {
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );
  const factors = powers.length > 4 ? [1] : [1, 2, 5];
  const ticks = powers.flatMap((power) => factors.map((factor) => factor * power))
    .filter((tick) => tick >= low && tick <= high);
  return ticks.length >= 2 ? ticks : roundTicks(low, high, 4);
}

export const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const short = (value: number) => String(Number(value.toPrecision(3)));

/**
 * An `<svg>` of a course with its words above; undefined before there is anything to draw.
 *
 * @param words lines above the plane: what is trained and how far it is, then its figures
 * @param total steps of the whole training, the width of the plane
 */
export function courseSvg(
  course: Course,
  words: readonly [string, string],
  total: number,
): string | undefined {
  const { train, validation, best } = course;
  const finite = ([, value]: [number, number]) => Number.isFinite(value);
  const lines = { train: train.filter(finite), validation: validation.filter(finite) };
  const values = [...lines.train, ...lines.validation].map(([, value]) => value);
  if (values.length === 0) return undefined;
  const isLog = values.every((value) => value > 0);
  const scale = isLog ? Math.log10 : (value: number) => value;
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - 1, high + 1];
  const { left, right, top, bottom } = PLANE;
  const last = Math.max(total, ...[...lines.train, ...lines.validation].map(([step]) => step));
  const x = (step: number) => left + (right - left) * step / last;
  const y = (value: number) =>
    bottom - (bottom - top) * (scale(value) - scale(low)) / (scale(high) - scale(low));
  const place = ([step, value]: [number, number]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`;
  const label = (content: string, at: number, down: number, more: string) =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" fill="${INK}" font-size="12" ${more}>` +
    `${escape(content)}</text>`;
  const grid = (isLog ? logTicks(low, high) : roundTicks(low, high, 4)).map((tick) =>
    `<path d="M${left},${y(tick).toFixed(1)}H${right}" stroke="${INK}" stroke-opacity=".12"/>` +
    label(short(tick), left - 6, y(tick) + 4, 'text-anchor="end"')
  );
  const steps = roundTicks(0, last, 6).map((tick) =>
    label(String(tick), x(tick), bottom + 16, 'text-anchor="middle"')
  );
  const line = (name: keyof typeof lines) =>
    `<polyline points="${thinned(lines[name]).map(place).join(" ")}" fill="none" stroke="${COLOURS[name]}" ` +
    `stroke-width="1.75"/>`;
  const dots = thinned(lines.validation).map((point) => {
    const [cx, cy] = place(point).split(",");
    return `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${COLOURS.validation}"/>`;
  });
  const chosen = lines.validation.find(([step]) => step === best);
  const mark = chosen
    ? `<path d="M${x(chosen[0]).toFixed(1)},${top}V${bottom}" stroke="${INK}" stroke-opacity=".6" ` +
      'stroke-dasharray="3,3"/>' +
      label(
        `best: ${short(chosen[1])} at step ${chosen[0]}`,
        x(chosen[0]) + (x(chosen[0]) > 0.7 * right ? -6 : 6),
        top + 12,
        x(chosen[0]) > 0.7 * right ? 'text-anchor="end"' : "",
      )
    : "";
  const legend = (["train", "validation"] as const).filter((name) => lines[name].length > 0).map((name, i) =>
    `<path d="M${left + 90 * i},51h18" stroke="${COLOURS[name]}" stroke-width="2.5"/>` +
    label(name, left + 90 * i + 23, 55, "")
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>` +
    label(words[0], 12, 20, 'font-weight="600"') + label(words[1], 12, 37, 'fill-opacity=".75"') +
    legend.join("") + grid.join("") + steps.join("") +
    `<path d="M${left},${top}V${bottom}H${right}" fill="none" stroke="${INK}"/>` +
    label("optimiser step", right, bottom + 31, 'text-anchor="end" fill-opacity=".75"') +
    line("train") + line("validation") + dots.join("") + mark + "</svg>";
}
