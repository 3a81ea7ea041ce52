/** What the jobs of an experiment need: a row for each program. */
import { type RunRecord } from "../../results/mod.ts";
import { argumentBytes, estimate } from "./estimate.ts";
import type { Job } from "./job.ts";
import { knownFrom } from "./known.ts";
import type { Measurements } from "./measure.ts";
import { recordOf } from "./registry.ts";
import { type Shape, shapeOf } from "./shape.ts";

export interface PlanRow {
  data: string;
  model: string;
  jobs: Job[];
  /** How many have their record. */
  recorded: number;
  needs?: string;
  parameters: number | null;
  /** Of a training step, compiled or estimated. */
  bytes: number | null;
  /** Of one job. */
  steps: number;
  stepSeconds: number | null;
  jobSeconds: number | null;
  source: "measured" | "record" | "estimate" | "unknown";
  machine?: string;
  shape?: Shape;
}

export interface PlanSources {
  /** The folder whose records count as done. */
  records: string;
  /** All records that tell what a step costs. */
  known: readonly RunRecord[];
  measured?: Measurements;
  /** Of this machine, see machineSpeed. */
  speed?: number;
}

/** The rows of some jobs, in their order. Measurements come first, then records, then estimates. */
export async function planRows(jobs: readonly Job[], sources: PlanSources): Promise<PlanRow[]> {
  const groups = Map.groupBy(jobs, ({ data, model, steps }) => `${data}\n${model}\n${steps}`);
  const known = knownFrom(sources.known);
  return await Promise.all([...groups.values()].map((own) => planRow(own, known, sources)));
}

async function planRow(
  jobs: Job[],
  known: ReturnType<typeof knownFrom>,
  { records, measured, speed }: PlanSources,
): Promise<PlanRow> {
  const { data, model, needs, program, steps } = jobs[0]!;
  const done = await Promise.all(jobs.map((job) => recordOf(job, records)));
  const row = { data, model, jobs, recorded: done.filter(Boolean).length, needs, steps };
  const told = jobs.flatMap(({ identity }) => (identity && known(identity)) || [])[0];
  const readable = program && !(needs && program.kind === "table");
  const shape = readable ? await shapeOf(program) : undefined;
  const parameters = shape?.parameters ?? (told?.parameters || null);
  const measuredCost = program && measured?.get(program, data);
  const [source, cost] = measuredCost
    ? ["measured" as const, measuredCost]
    : told
    ? ["record" as const, told]
    : shape
    ? ["estimate" as const, estimate(program!.kind, shape, speed)]
    : ["unknown" as const, { bytes: null, seconds: null }];
  const stepSeconds = steps === 0 ? null : cost.seconds;
  return {
    ...row,
    parameters,
    bytes: cost.bytes,
    stepSeconds,
    // A measurement has no steps: what is known of it is how long the whole took.
    jobSeconds: steps === 0 ? (told?.total ?? null) : stepSeconds === null ? null : stepSeconds * steps,
    source,
    machine: source === "record" ? told!.machine : undefined,
    shape,
  };
}

/** What a program needs at least, and by the estimate: the larger of both must be free for it to be run. */
export const neededBytes = ({ jobs, shape }: PlanRow): number =>
  shape ? Math.max(argumentBytes(shape), estimate(jobs[0]!.program!.kind, shape).bytes) : 0;
