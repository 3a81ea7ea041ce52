import { canonicalJson, type Json, type RunIdentity, type RunRecord } from "../../results/record.ts";
import type { StepCost } from "./estimate.ts";

/** Settings that change a training and its tests, but not the program of a step. */
const OF_TRAINING = new Set([
  "steps",
  "seed",
  "learningRate",
  "schedule",
  "flatShare",
  "tradeoff",
  "tradeoffSchedule",
  "evaluateEvery",
  "criterion",
  "inference",
  "evalSamples",
  "kernels",
  "finalBatches",
  "curveBatches",
  "curveSamples",
]);

/** A configuration without the settings that are of its training alone, at any depth. */
export function withoutTraining(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutTraining);
  if (typeof value !== "object" || value === null) return (value ?? null) as Json;
  return Object.fromEntries(
    Object.entries(value).filter(([name, inner]) => !OF_TRAINING.has(name) && inner !== undefined)
      .map(([name, inner]) => [name, withoutTraining(inner)]),
  );
}

const programOf = ({ experiment, model, data, configuration }: RunIdentity): string =>
  canonicalJson([experiment, model, data.name, withoutTraining(configuration)]);

/** What records tell of a program. */
export interface Known extends Omit<StepCost, "bytes"> {
  bytes: number | null;
  parameters: number;
  /** Of a whole run. */
  total: number;
  /** What it ran on. */
  machine: string;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** A function that tells of a run what records of the same program say: medians, whatever their seeds and lengths. */
export function knownFrom(records: readonly RunRecord[]): (identity: RunIdentity) => Known | undefined {
  const groups = Map.groupBy(records.filter(({ status }) => status === "complete"), programOf);
  return (identity) => {
    const own = groups.get(programOf(identity));
    if (!own) return undefined;
    const trained = own.filter(({ steps }) => steps > 0);
    const { environment, engine, parameters } = own[0]!;
    return {
      bytes: own.find(({ memory }) => memory.compiledBytes !== null)?.memory.compiledBytes ?? null,
      seconds: trained.length > 0 ? median(trained.map(({ seconds, steps }) => seconds.train / steps)) : null,
      total: median(own.map(({ seconds: { compile, train, evaluate } }) => compile + train + evaluate)),
      parameters,
      machine: `${environment.cpu}, ${environment.cores} cores${
        engine.device === "cpu" ? "" : `, ${engine.device}`
      }`,
    };
  };
}
