/** Words and bars for progress. */

const two = (value: number) => String(value).padStart(2, "0");

/** A duration for people: "30 ms", "2.3 s", "42 s", "2 min 05 s", "1 h 02 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A rate for people: "12 /s", or "3.1 s each" where one takes longer than a second. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} /s`;
  return `${formatDuration(1 / perSecond)} each`;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` characters for a fraction between 0 and 1, exact to an eighth of a character. */
export function formatBar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(fraction, 0), 1) * width * 8);
  const bar = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return bar + "░".repeat(width - bar.length);
}

/** Figures that come with a step, as "loss 0.1235, rate 0.001". */
export function formatNotes(notes: string | Record<string, number> | undefined): string {
  if (notes === undefined || typeof notes === "string") return notes ?? "";
  return Object.entries(notes).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(", ");
}
