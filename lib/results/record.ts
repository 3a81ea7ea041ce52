import { createHash } from "node:crypto";
import type { EngineInfo } from "../engine/mod.ts";
import type { Environment } from "./environment.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What makes a run the run that it is: the same identity twice is the same run. */
export interface RunIdentity {
  experiment: string;
  /** "quick", "paper", ... */
  profile: string;
  model: string;
  data: { name: string; sha256: string };
  /** Which fold of how many; null for a run without cross-validation. */
  fold: { index: number; of: number } | null;
  seed: number;
  /** Every hyperparameter. */
  configuration: { [key: string]: Json };
}

export interface RunOutcome {
  status: "complete" | "failed";
  /** Why it failed, or null. */
  reason: string | null;
  /** By name: rmse, accuracy, ...; null where a measure is not a finite number. */
  metrics: Record<string, number | null>;
  seconds: { compile: number; train: number; evaluate: number };
  /** Optimiser steps. */
  steps: number;
  parameters: number;
  /** From the compiled training step, and of the process; null where unknown. */
  memory: { compiledBytes: number | null; peakResidentBytes: number | null };
}

export interface RunRecord<Details extends Json = Json> extends RunIdentity, RunOutcome {
  format: 2;
  /** What an experiment finds beside its measures: curves, windows, bins, maps; an empty object if nothing. */
  details: Details;
  engine: EngineInfo;
  environment: Environment;
  /** ISO 8601, when it ended. */
  date: string;
}

/** JSON with sorted keys, so that equal values give equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) =>
    `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`
  );
  return `{${members.join(",")}}`;
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/** The file name of a run: readable parts, then twelve digits of a SHA-256 over its whole identity. */
export function recordName(
  { experiment, profile, model, data, fold, seed, configuration }: RunIdentity,
): string {
  const identity = canonicalJson({ experiment, profile, model, data, fold, seed, configuration });
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 12);
  const parts = [
    experiment,
    profile,
    data.name,
    model,
    ...(fold ? [`fold${fold.index}`] : []),
    `seed${seed}`,
  ];
  return `${parts.map(plain).join("_")}_${hash}.json`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const orNull = (test: (value: unknown) => boolean) => (value: unknown): boolean =>
  value === null || test(value);
const object = (fields: Record<string, (value: unknown) => boolean>) => (value: unknown): boolean =>
  isObject(value) && Object.entries(fields).every(([key, test]) => test(value[key]));
const every = (test: (value: unknown) => boolean) => (value: unknown): boolean =>
  isObject(value) && Object.values(value).every(test);

const FIELDS: Record<keyof RunRecord, (value: unknown) => boolean> = {
  format: (value) => value === 2,
  details: isObject,
  experiment: isText,
  profile: isText,
  model: isText,
  data: object({ name: isText, sha256: isText }),
  fold: orNull(object({ index: isCount, of: isCount })),
  seed: Number.isInteger,
  configuration: isObject,
  status: (value) => value === "complete" || value === "failed",
  reason: orNull((value) => typeof value === "string"),
  metrics: every(orNull(Number.isFinite)),
  seconds: object({ compile: isAmount, train: isAmount, evaluate: isAmount }),
  steps: isCount,
  parameters: isCount,
  memory: object({ compiledBytes: orNull(isCount), peakResidentBytes: orNull(isCount) }),
  engine: object({ engine: isText, device: isText, threads: isCount, tfjs: isText }),
  environment: object({
    versions: every(isText),
    commit: orNull(isText),
    system: isText,
    cpu: isText,
    cores: isCount,
    memoryBytes: isCount,
  }),
  date: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
};

/** The first field of a would-be record that is absent or wrong; undefined if it is a record. */
export function wrongField(value: unknown): string | undefined {
  if (!isObject(value)) return "the whole content";
  return Object.entries(FIELDS).find(([key, test]) => !test(value[key]))?.[0];
}
