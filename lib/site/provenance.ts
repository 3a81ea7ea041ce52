/** Where the numbers of the site come from, in words and tables. */
import type { RunRecord } from "../results/mod.ts";
import { cell, type TableView } from "../results/view.ts";
import type { RecordedRun } from "./runs.ts";

export interface Origin {
  /** With "+" where files differ from it; null outside a git checkout. */
  commit: string | null;
  /** Of the commit, ISO 8601; null likewise. */
  date: string | null;
  versions: Record<string, string>;
}

const unique = (values: readonly (string | number)[]): string[] => [...new Set(values.map(String))].sort();
const day = (date: string): string => date.slice(0, 10);

/** "0 to 4", "42", "0, 7". */
function ranges(values: readonly number[]): string {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let j = i;
    while (j + 1 < sorted.length && sorted[j + 1] === sorted[j]! + 1) j++;
    parts.push(j > i + 1 ? `${sorted[i]} to ${sorted[j]}` : sorted.slice(i, j + 1).join(", "));
    i = j + 1;
  }
  return parts.join(", ");
}

const engineOf = ({ engine }: RunRecord): string => `${engine.engine} on ${engine.device}`;
const isCommitted = ({ environment }: RunRecord): boolean =>
  environment.commit !== null && !environment.commit.endsWith("+");

/** A line of provenance: "162 kept runs and 0 made here; xla on cpu; seeds 42; 2026-10-01 to 2026-11-20". */
export function provenanceLine(runs: readonly RecordedRun[]): string {
  if (runs.length === 0) return "No record stands behind this page: it is of the notebook's own run.";
  const records = runs.map(({ record }) => record);
  const dates = records.map(({ date }) => day(date)).sort();
  const kept = runs.filter(({ source }) => source === "kept").length;
  return [
    `${kept} kept runs, ${runs.length - kept} made here`,
    `${records.filter(isCommitted).length} of them from a committed tree`,
    unique(records.map(engineOf)).join(", "),
    `seeds ${ranges(records.map(({ seed }) => seed))}`,
    dates[0] === dates.at(-1) ? dates[0]! : `${dates[0]} to ${dates.at(-1)}`,
  ].join("; ") + ".";
}

/** The same of every experiment, a row each. */
export function provenanceTable(runs: readonly RecordedRun[]): TableView {
  const groups = Map.groupBy(runs, ({ record }) => record.experiment);
  const rows = [...groups].map(([label, own]) => {
    const records = own.map(({ record }) => record);
    const dates = records.map(({ date }) => day(date)).sort();
    const texts = [
      String(own.filter(({ source }) => source === "kept").length),
      String(own.filter(({ source }) => source === "mine").length),
      String(records.filter(isCommitted).length),
      unique(records.map(engineOf)).join(", "),
      ranges(records.map(({ seed }) => seed)),
      unique(records.map(({ environment }) => environment.versions["deno"] ?? "")).join(", "),
      dates[0]!,
      dates.at(-1)!,
    ];
    return { label, cells: texts.map((text) => cell(text)) };
  });
  return {
    title: "Runs by experiment",
    head: "experiment,kept,made here,from a committed tree,engine,seeds,Deno,first,last".split(","),
    rows,
    notes: [
      "A run that is not from a committed tree has a commit that ends in + in its record: files differed from it.",
    ],
  };
}

/** The processors that runs were made on, and how many on each. */
export function processorTable(runs: readonly RecordedRun[]): TableView {
  const groups = Map.groupBy(
    runs,
    ({ record: { environment } }) => `${environment.cpu}, ${environment.cores} cores`,
  );
  const rows = [...groups].sort(([, a], [, b]) => b.length - a.length)
    .map(([label, own]) => ({ label, cells: [cell(String(own.length))] }));
  return { title: "Processors", head: ["processor", "runs"], rows, notes: [] };
}

export const PAPER_BIBTEX = `@inproceedings{rastogi2023spin,
  title     = {Semi-Parametric Inducing Point Networks and Neural Processes},
  author    = {Rastogi, Richa and Schiff, Yair and Hacohen, Alon and Li, Zhaozhi and Lee, Ian and
               Deng, Yuntian and Sabuncu, Mert R. and Kuleshov, Volodymyr},
  booktitle = {International Conference on Learning Representations},
  year      = {2023},
  eprint    = {2205.11718},
  archivePrefix = {arXiv}
}`;

/** How to cite the workspace at its commit. */
export const workspaceBibtex = ({ commit, date }: Origin): string =>
  `@software{spin_workspace,
  title   = {SPIN workspace: Semi-Parametric Inducing Point Networks in TypeScript},
  year    = {${date?.slice(0, 4) ?? "n.d."}},
  version = {${commit?.slice(0, 12) ?? "unknown"}}
}`;
