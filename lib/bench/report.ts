import { formatDuration } from "../progress/format.ts";
import { type TableView, toText } from "../results/mod.ts";
import { isEngine, ratio, type Timed } from "./race.ts";
import type { BenchRecord, HeatResult } from "./run.ts";
import { describeSize } from "./sizes.ts";

const cells = (...texts: string[]) => texts.map((text) => ({ text, best: false }));
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** "8.13 ms", "1.25 s": three digits, to compare. */
const stepTime = (seconds: number): string =>
  seconds < 1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;

function heatRow(timed: Timed, reference: Timed | undefined): string[] {
  const { median, min, parameters, steps, compiled } = timed;
  return [
    parameters.toLocaleString("en"),
    stepTime(median),
    stepTime(min),
    String(steps),
    compiled ? formatDuration(compiled.compileSeconds) : "",
    compiled?.memory ? mebibytes(compiled.memory.temporary) : "",
    reference && reference !== timed ? `${ratio(timed, reference).toFixed(2)}x` : "",
  ];
}

function heatTable(name: string, results: HeatResult[]): TableView {
  const rows = results.flatMap(({ model, timed }) => {
    const twin = timed.find(({ about }) => !isEngine(about));
    return timed.map((contender) => ({
      label: `${model}, ${contender.name}`,
      cells: cells(...heatRow(contender, twin)),
    }));
  });
  return {
    title: `Training step, ${name}: ${describeSize(results[0]!.size)}`,
    head: ["", "parameters", "median", "min", "steps", "compile", "temporary", "to PyTorch"],
    rows,
    notes: [],
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

function parityTable({ parity }: BenchRecord): TableView {
  return {
    title: "The PyTorch twin against ours: same weights, same cells, no dropout, Adam steps",
    head: ["", "parameters", "in the twin", "steps", "largest difference of losses"],
    rows: parity.map(({ model, parameters, losses, difference }) => ({
      label: model,
      cells: cells(
        parameters.ours.toLocaleString("en"),
        parameters.twin.toLocaleString("en"),
        String(losses.ours.length),
        difference.toExponential(1),
      ),
    })),
    notes: [],
  };
}

/** From which load on other programs are in the way. */
const BUSY = 0.7;

/** A record as tables for people. */
export function benchReport(record: BenchRecord): string {
  const names = [...new Set(record.heats.map(({ name }) => name))];
  const tables = [
    ...record.parity.length > 0 ? [parityTable(record)] : [],
    ...record.calls.length > 0 ? [callTable(record)] : [],
    ...names.map((name) => heatTable(name, record.heats.filter((heat) => heat.name === name))),
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
