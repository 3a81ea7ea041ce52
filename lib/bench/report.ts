import { formatDuration } from "../progress/format.ts";
import { type TableView, toText } from "../results/mod.ts";
import { twinTable } from "../parity/twin.ts";
import { isEngine, ratio, type Timed } from "./race.ts";
import type { BenchRecord, ComparisonResult } from "./run.ts";
import { describeSize } from "./sizes.ts";

const cells = (...texts: string[]) => texts.map((text) => ({ text, best: false }));
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** "8.13 ms", "1.25 s": three digits, to compare. */
const stepTime = (seconds: number): string =>
  seconds < 1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;

function comparisonRow({ timed, cold, warm }: ComparisonResult, system: Timed): string[] {
  const { median, min, parameters, steps, facts } = system;
  const twin = timed.find(({ about }) => !isEngine(about));
  const compiles = isEngine(system.about) && system.about.engine === "xla";
  return [
    parameters.toLocaleString("en"),
    stepTime(median),
    stepTime(min),
    String(steps),
    twin && twin !== system ? `${ratio(system, twin).toFixed(2)}x` : "",
    facts.resident === null ? "" : mebibytes(facts.resident),
    facts.memory ? mebibytes(facts.memory.temporary) : "",
    compiles && cold ? formatDuration(cold.compileSeconds) : "",
    compiles && warm ? stepTime(warm.firstStep) : "",
  ];
}

function comparisonTable(group: string, results: ComparisonResult[]): TableView {
  const rows = results.flatMap((result) =>
    result.timed.map((system) => ({
      label: `${result.label}, ${system.name}`,
      cells: cells(...comparisonRow(result, system)),
    }))
  );
  return {
    title: `Training step, ${group}`,
    head: [
      "",
      "parameters",
      "median",
      "min",
      "steps",
      "to PyTorch",
      "resident",
      "temporary",
      "compile",
      "start",
    ],
    rows,
    notes: [
      ...results.map(({ label, config }) => `${label}: ${describeSize(config)}`),
      "start: from a process's start to its first step, with the program on disk",
    ],
  };
}

function callTable({ calls }: BenchRecord): TableView {
  return {
    title: "One call of a jitted function that updates so many scalars (JavaScript time)",
    head: ["variables", "median", "min"],
    rows: calls.map(({ buffers, median, min }) => ({
      label: String(buffers),
      cells: cells(`${median.toFixed(1)} µs`, `${min.toFixed(1)} µs`),
    })),
    notes: [],
  };
}

/** From which load on other programs are in the way. */
const BUSY = 0.7;

export function benchReport(record: BenchRecord): string {
  const groups = [...new Set(record.comparisons.map(({ group }) => group))];
  const tables = [
    ...record.parity.length > 0 ? [twinTable(record.parity)] : [],
    ...record.calls.length > 0 ? [callTable(record)] : [],
    ...groups.map((group) =>
      comparisonTable(group, record.comparisons.filter((comparison) => comparison.group === group))
    ),
  ];
  const { cpu, cores } = record.environment;
  const lines = [
    `${cpu}, ${cores} cores; seed ${record.seed}; PyTorch, where it takes part, has ${record.threads} threads`,
  ];
  if (record.load.before > BUSY) {
    lines.push(
      `The machine was busy before (load ${record.load.before.toFixed(1)}): these times say little, ` +
        "and PyTorch, whose threads wait spinning, suffers most.",
    );
  }
  return [...tables.map(toText), lines.join("\n")].join("\n");
}
