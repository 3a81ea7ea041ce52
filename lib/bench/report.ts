import { formatDuration } from "../progress/format.ts";
import { stepRatio, type TableView, toText } from "../results/mod.ts";
import { twinTable } from "../parity/twin.ts";
import { isEngine, type Timed } from "./race.ts";
import type { BenchRecord, ComparisonResult } from "./run.ts";
import { describeSize } from "./sizes.ts";

const cells = (...texts: string[]) => texts.map((text) => ({ text, best: false }));
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** "8.13 ms", "1.25 s": three digits, to compare. */
const stepTime = (seconds: number): string =>
  seconds < 1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;

/** The names of the twins that took part. */
const twinsIn = (results: readonly Pick<ComparisonResult, "timed">[]): string[] => [
  ...new Set(
    results.flatMap(({ timed }) => timed.filter(({ about }) => !isEngine(about)).map(({ name }) => name)),
  ),
];

function comparisonRow(
  { timed, cold, warm }: ComparisonResult,
  system: Timed,
  twins: readonly string[],
): string[] {
  const { median, min, parameters, steps, facts } = system;
  const beside = (name: string): string => {
    const twin = timed.find((one) => one.name === name);
    return twin && twin !== system ? `${stepRatio(system, twin).toFixed(2)}x` : "";
  };
  const compiles = isEngine(system.about) && system.about.engine === "xla";
  return [
    parameters.toLocaleString("en"),
    stepTime(median),
    stepTime(min),
    String(steps),
    ...twins.map(beside),
    facts.resident === null ? "" : mebibytes(facts.resident),
    facts.memory ? mebibytes(facts.memory.temporary) : "",
    compiles
      ? (cold ? formatDuration(cold.compileSeconds) : "")
      : facts.compileSeconds > 0
      ? formatDuration(facts.compileSeconds)
      : "",
    compiles ? (warm ? stepTime(warm.firstStep) : "") : stepTime(facts.firstStep),
  ];
}

function comparisonTable(group: string, results: ComparisonResult[]): TableView {
  const twins = twinsIn(results);
  const found = results.flatMap((result) =>
    result.timed.map((system) => ({
      label: `${result.label}, ${system.name}`,
      texts: comparisonRow(result, system, twins),
    }))
  );
  const head = [
    "parameters",
    "median",
    "min",
    "steps",
    ...twins.map((name) => `to ${name}`),
    "resident",
    "temporary",
    "compile",
    "start",
  ];
  // Engines that do not compile leave columns without a figure.
  const filled = head.map((_, i) => found.some(({ texts }) => texts[i] !== ""));
  const kept = (texts: string[]) => texts.filter((_, i) => filled[i]);
  return {
    title: `Training step, ${group}`,
    head: ["", ...kept(head)],
    rows: found.map(({ label, texts }) => ({ label, cells: cells(...kept(texts)) })),
    notes: [
      ...results.flatMap(({ label, config }) =>
        config.kind === "tfjs" ? [] : [`${label}: ${describeSize(config)}`]
      ),
      "start: from a process's start to its first step, of ours with the program on disk",
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
  const besideTwins = twinsIn(record.comparisons).length > 0;
  const lines = [
    `${cpu}, ${cores} cores; seed ${record.seed}${
      besideTwins ? `; PyTorch and JAX have ${record.threads} threads` : ""
    }`,
  ];
  if (record.load.before > BUSY) {
    lines.push(
      `The machine was busy before (load ${record.load.before.toFixed(1)}): these times say little` +
        (besideTwins ? ", and PyTorch, whose threads wait spinning, suffers most." : "."),
    );
  }
  return [...tables.map(toText), lines.join("\n")].join("\n");
}
