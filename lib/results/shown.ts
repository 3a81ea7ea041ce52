/** Records that show themselves as the last expression of a notebook's cell. */
import { displayed } from "../display.ts";
import { formatDuration } from "../progress/format.ts";
import type { RunRecord } from "./record.ts";
import { cell, NOTHING, type TableView, viewFormats } from "./view.ts";

/** Rows of a table of records; there may be hundreds of them. */
const MOST = 50;

const number = (value: number | null | undefined): string =>
  value === undefined || value === null ? NOTHING : String(Number(value.toPrecision(4)));

/** Runs with what they reached, the first three measures of each. */
export function recordsView(records: readonly RunRecord[]): TableView {
  const shown = records.slice(0, MOST);
  const measures = [...new Set(shown.flatMap(({ metrics }) => Object.keys(metrics)))].slice(0, 3);
  return {
    title: records.length === 1 ? "A record" : `${records.length} records`,
    head: ["experiment", "data", "model", "seed", "steps", ...measures, "time"],
    rows: shown.map(({ experiment, data, model, fold, seed, steps, metrics, seconds }) => ({
      label: experiment,
      cells: [
        data.name + (fold ? `, fold ${fold.index}` : ""),
        model,
        `${seed}`,
        `${steps}`,
        ...measures.map((name) => number(metrics[name])),
        formatDuration(seconds.compile + seconds.train + seconds.evaluate),
      ].map((text) => cell(text)),
    })),
    notes: records.length > MOST ? [`and ${records.length - MOST} more`] : [],
  };
}

export const shownRecord = (record: RunRecord): RunRecord =>
  displayed(record, (one) => viewFormats(recordsView([one])));

export const shownRecords = <R extends RunRecord>(records: R[]): R[] =>
  displayed(records, (all) => viewFormats(recordsView(all)));
