import type { Environment } from "./environment.ts";
import { geometricMean, median } from "./summary.ts";
import { cell, type TableView } from "./view.ts";

/** One system's training steps in a bench. */
interface TimedSteps {
  name: string;
  /** Seconds per step. */
  median: number;
  /** The median of each round. */
  rounds: number[];
  facts: {
    /** The most that the process had in memory at once, in bytes; null where the system does not say. */
    resident: number | null;
    /** Seconds from the process's start to its first finished step. */
    firstStep: number;
  };
}

/** Programs of a bench, each with the systems that took its steps in turns: what readers see of its record. */
export interface Speed {
  date: string;
  environment: { cpu: string; cores: number; commit: string | null };
  comparisons: {
    group: string;
    label: string;
    timed: TimedSteps[];
    /** A process of ours without any compiled program. */
    cold: { firstStep: number } | null;
  }[];
}

type Program = Speed["comparisons"][number];

/** How many times longer `ours` takes than `theirs`: the median over rounds, which each saw the same machine. */
export function stepRatio(ours: Pick<TimedSteps, "rounds">, theirs: Pick<TimedSteps, "rounds">): number {
  const both = Math.min(ours.rounds.length, theirs.rounds.length);
  return median(Array.from({ length: both }, (_, round) => ours.rounds[round]! / theirs.rounds[round]!));
}

const OURS = "xla";

/** "8.1 ms", "130 ms", "5.39 s" */
function stepTime(seconds: number): string {
  const milliseconds = seconds * 1000;
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}

/** What a program is called among those of all groups. */
export const programName = ({ group, label }: Pick<Program, "group" | "label">): string =>
  group === "neural process" ? label : `${label}, ${group}`;

const named = ({ timed }: Program, name: string): TimedSteps => timed.find((system) => system.name === name)!;

/** Systems that took part in every program, ours first. */
const systemsOf = ({ comparisons }: Speed): string[] => [
  OURS,
  ...(comparisons[0]?.timed ?? []).map(({ name }) => name).filter((name) =>
    name !== OURS && comparisons.every((program) => named(program, name))
  ),
];

/** "on 2 cores, AMD EPYC (family 25, model 1), 2026-11-30, commit 5bc69bc"; with "+" where files differed from it. */
const measuredOn = ({ cpu, cores, commit }: Speed["environment"], date: string): string =>
  `on ${cores} cores, ${cpu}, ${date.slice(0, 10)}, commit ${
    commit?.replace(/^(.{7}).*?(\+?)$/, "$1$2") ?? "unknown"
  }`;

/** A table of a value of each system, and of our ratio to each other one with its geometric mean. */
function speedTable(
  speed: Speed,
  title: string,
  text: (program: Program, name: string) => string,
  ratio: (program: Program, name: string) => number,
): TableView {
  const { comparisons } = speed;
  const systems = systemsOf(speed);
  const others = systems.slice(1);
  const ratios = (program: Program) => others.map((name) => ratio(program, name));
  const all = comparisons.map(ratios);
  const cells = (texts: string[], values: number[]) => [
    ...texts.map((one) => cell(one)),
    ...values.map((value) => cell(value.toFixed(2))),
  ];
  return {
    title,
    head: ["", ...systems, ...others.map((name) => `${OURS} / ${name}`)],
    rows: [
      ...comparisons.map((program, i) => ({
        label: programName(program),
        cells: cells(systems.map((name) => text(program, name)), all[i]!),
      })),
      {
        label: "geometric mean",
        cells: cells(
          systems.map(() => ""),
          others.map((_, i) => geometricMean(all.map((own) => own[i]!))),
        ),
      },
    ],
    notes: [`Each row in turns ${measuredOn(speed.environment, speed.date)}.`],
  };
}

/** Medians of a training step, or of what the title says. */
export const stepTable = (speed: Speed, title = "A training step"): TableView =>
  speedTable(
    speed,
    title,
    (program, name) => stepTime(named(program, name).median),
    (program, name) => stepRatio(named(program, OURS), named(program, name)),
  );

const firstStep = (program: Program, name: string): number =>
  name === OURS && program.cold ? program.cold.firstStep : named(program, name).facts.firstStep;

/** From the start of a process to its first finished step, nothing compiled before. */
export const firstStepTable = (speed: Speed): TableView =>
  speedTable(
    speed,
    "From the start of a process to its first step",
    (program, name) => `${firstStep(program, name).toFixed(1)} s`,
    (program, name) => firstStep(program, OURS) / firstStep(program, name),
  );

/** The most that each process had in memory. */
export const residentTable = (speed: Speed): TableView =>
  speedTable(
    speed,
    "Peak memory of the process",
    (program, name) => `${((named(program, name).facts.resident ?? NaN) / 2 ** 20).toFixed(0)} MiB`,
    (program, name) => named(program, OURS).facts.resident! / named(program, name).facts.resident!,
  );

/** Whole trainings of one model on one table, from the start of a process to the score. */
export interface ColdTime {
  table: string;
  model: string;
  steps: number;
  /** Wall seconds of each round. */
  ours: number[];
  /** CPU seconds of our process in each round; null where the system does not say. */
  cpu: (number | null)[];
  /** Of the wall seconds those of compiling. */
  compile: number[];
  /** The same steps and as many rows looked at in PyTorch, its import included; without PyTorch none. */
  twin: number[];
}

/** A record of `task bench --cold`. */
export interface ColdRecord {
  format: 1;
  kind: "cold";
  date: string;
  environment: Environment;
  threads: number;
  times: ColdTime[];
}

/** Medians over rounds of whole trainings, nothing compiled before. */
export function coldTable({ times, environment, date }: ColdRecord): TableView {
  const seconds = (values: (number | null)[]) =>
    values.length === 0 || values.includes(null) ? "" : `${median(values as number[]).toFixed(1)} s`;
  const rounds = times[0]?.ours.length;
  return {
    title: "From the start of a process to a trained and scored model, nothing compiled before",
    head: ["", "steps", "ours", "of it compiling", "CPU time", "PyTorch", "ours / PyTorch"],
    rows: times.map(({ table, model, steps, ours, compile, cpu, twin }) => ({
      label: `${table}, ${model}`,
      cells: [
        String(steps),
        ...[ours, compile, cpu, twin].map(seconds),
        twin.length > 0 ? (median(ours) / median(twin)).toFixed(2) : "",
      ].map((text) => cell(text)),
    })),
    notes: [
      "PyTorch: eager; its import, as many steps of the same model with Adam, as many rows predicted at each evaluation.",
      `Medians of ${rounds} rounds, each row in turns ${measuredOn(environment, date)}.`,
    ],
  };
}
