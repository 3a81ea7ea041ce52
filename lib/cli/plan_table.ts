import { formatDuration } from "../progress/format.ts";
import type { TableView } from "../results/mod.ts";
import type { PlanRow } from "../experiments/plan.ts";

const about = ({ source }: PlanRow, text: string): string => source === "estimate" ? `~${text}` : text;

/** "3.2 GB", "48 MB". */
export const formatBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;

/** "40 days", "3 h 10 min". */
export function formatLong(seconds: number): string {
  const days = seconds / 86_400;
  return days < 2 ? formatDuration(seconds) : `${days < 10 ? days.toFixed(1) : Math.round(days)} days`;
}

/** Seconds that the jobs without a record take one after another, and how many of them nothing is known of. */
export function remaining(rows: readonly PlanRow[]): { jobs: number; seconds: number; unknown: number } {
  let [jobs, seconds, unknown] = [0, 0, 0];
  for (const row of rows) {
    const open = row.runs.length - row.recorded;
    jobs += open;
    if (row.runSeconds === null) unknown += open;
    else seconds += open * row.runSeconds;
  }
  return { jobs, seconds, unknown };
}

/** "3 min", "~2 days and 5 jobs of unknown length". */
export function lengthOf(rows: readonly PlanRow[]): string {
  const { seconds, unknown } = remaining(rows);
  const sign = rows.some(({ source, runs, recorded }) => source === "estimate" && recorded < runs.length)
    ? "~"
    : "";
  const time = `${sign}${formatLong(seconds)}`;
  const more = `${unknown} ${unknown === 1 ? "job" : "jobs"} of unknown length`;
  if (unknown === 0) return time;
  return seconds === 0 ? more : `${time} and ${more}`;
}

/** The plan of one experiment. @param memory bytes of this machine: what needs more is marked */
export function planTable(title: string, rows: readonly PlanRow[], memory: number): TableView {
  const needs = Map.groupBy(rows.filter((row) => row.needs), (row) => row.needs);
  const dash = (value: number | null, write: (value: number) => string, row: PlanRow) =>
    value === null ? "–" : about(row, write(value));
  return {
    title,
    head: ["data, model", "jobs", "done", "parameters", "memory", "steps", "a step", "to do", "from"],
    rows: rows.map((row) => {
      const cells = [
        String(row.runs.length),
        String(row.recorded),
        row.parameters === null ? "–" : row.parameters.toLocaleString("en"),
        dash(row.bytes, formatBytes, row) + (row.bytes !== null && row.bytes > memory ? " !" : ""),
        row.steps === 0 ? "–" : row.steps.toLocaleString("en"),
        dash(row.stepSeconds, formatDuration, row),
        row.recorded === row.runs.length ? "–" : dash(
          row.runSeconds === null ? null : row.runSeconds * (row.runs.length - row.recorded),
          formatLong,
          row,
        ),
        row.needs ? "needs data" : row.source === "unknown" ? "–" : row.source,
      ];
      return { label: `${row.data}, ${row.model}`, cells: cells.map((text) => ({ text, best: false })) };
    }),
    notes: [...needs].map(([what, own]) => {
      const count = own.reduce((sum, { runs }) => sum + runs.length, 0);
      return `needs ${what}: ${count} ${count === 1 ? "job" : "jobs"}`;
    }),
  };
}
