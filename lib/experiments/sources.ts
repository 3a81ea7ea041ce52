/** Which records are from runs of this machine, and which came with the workspace. */
import { readRecords, recordName, type RunRecord } from "../results/mod.ts";
import { KEPT_RECORDS, LOCAL_BEGINNINGS, LOCAL_RECORDS } from "./profiles.ts";
import { compareRuns, type Comparison, repeatedLine } from "./compare.ts";
import { sinceLast } from "./run.ts";

const byName = (records: readonly RunRecord[]): Map<string, RunRecord> =>
  new Map(records.map((record) => [recordName(record), record]));

/**
 * The kept records, those of repeated runs in place of their own, and with them runs of this machine on data or of models
 * that no kept run is of. Other runs of the same would be mixed with the kept ones in one row of a table.
 */
export function unitedRecords(kept: readonly RunRecord[], own: readonly RunRecord[]): RunRecord[] {
  const repeated = byName(own);
  const group = ({ experiment, profile, model, data }: RunRecord) =>
    JSON.stringify([experiment, profile, model, data.name]);
  const groups = new Set(kept.map(group));
  return [
    ...kept.map((record) => repeated.get(recordName(record)) ?? record),
    ...own.filter((record) => !groups.has(group(record))),
  ];
}

/** What a run of `reproduce` tells of the kept records of some experiments. */
export interface Reproduced {
  /** Kept records of these experiments. */
  kept: RunRecord[];
  /** Those, with what was run here in their place (see `unitedRecords`). */
  records: RunRecord[];
  /** Of every kept run that was repeated, wholly or from its beginning. */
  comparisons: Comparison[];
}

/** Reads the records of some experiments, of all without a list, and compares the repeated ones. */
export async function reproduced(experiments?: readonly string[]): Promise<Reproduced> {
  const [all, own, beginnings] = await Promise.all(
    [KEPT_RECORDS, LOCAL_RECORDS, LOCAL_BEGINNINGS].map(readRecords),
  ) as [RunRecord[], RunRecord[], RunRecord[]];
  const wanted = ({ experiment }: RunRecord) => experiments?.includes(experiment) ?? true;
  const kept = all.filter(wanted);
  const repeated = byName([...beginnings, ...own]);
  return {
    kept,
    records: unitedRecords(kept, own.filter(wanted)),
    comparisons: kept.flatMap((record) => {
      const now = repeated.get(recordName(record));
      return now?.status === "complete" ? [compareRuns(record, now, all)] : [];
    }),
  };
}

/** Where records are from, in a line: "3 of 54 runs repeated here: 3 equal; 51 from results/records". */
export function sourceLine(records: readonly RunRecord[], kept: readonly RunRecord[]): string {
  const keptRuns = byName(kept);
  const known = records.filter((record) => keptRuns.has(recordName(record)));
  const isKept = (record: RunRecord) => keptRuns.get(recordName(record))?.date === record.date;
  const repeated = known.filter((record) => !isKept(record));
  const comparisons = repeated.map((now) => compareRuns(keptRuns.get(recordName(now))!, now, kept));
  const made = records.length - known.length;
  const read = known.length - repeated.length;
  return [
    ...made > 0 ? [`${made} runs made here`] : [],
    ...repeated.length > 0 ? [repeatedLine(comparisons, known.length)] : [],
    ...read > 0
      ? [
        `${read}${
          read < records.length ? "" : " runs"
        } from results/records (SPIN_REPEAT=all makes them again)`,
      ]
      : [],
  ].join("; ");
}

/**
 * Where the records are from that `run` has returned since the last call, and which runs it left out: the line a notebook
 * shows of its runs.
 */
export async function runSources(): Promise<string> {
  const { records, needs } = sinceLast();
  const counts = Map.groupBy(needs, (one) => one);
  return [
    ...records.length > 0 ? [sourceLine(records, await readRecords(KEPT_RECORDS))] : [],
    ...[...counts].map(([what, { length }]) => `${length} runs left out: they need ${what}`),
  ].join("; ");
}
