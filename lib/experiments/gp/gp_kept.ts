/** What came with the workspace of runs on Gaussian processes: weights, times of steps, and what they say. */
import type { RunRecord } from "../../results/mod.ts";
import { spread } from "../../results/summary.ts";
import { loadProcess, type StoredProcess } from "../../train/process/weights.ts";
import type { TableView } from "../../results/view.ts";
import {
  ceilingOf,
  curveAt,
  modelLabel,
  published,
  rangeOf,
  type StepSeconds,
  trainings,
} from "./gp_scores.ts";
import { gpCurveTable } from "./gp_tables.ts";
import { runFile } from "../process_run.ts";
import { KEPT_WEIGHTS, LOCAL_WEIGHTS } from "../profiles.ts";

/** The kept weights of a kept run. @throws UserError if there are none. */
export const keptProcess = (record: RunRecord): Promise<StoredProcess> =>
  loadProcess(runFile(KEPT_WEIGHTS, record));

/** The weights of a run of this machine. @throws UserError if there are none. */
export const trainedProcess = (record: RunRecord): Promise<StoredProcess> =>
  loadProcess(runFile(LOCAL_WEIGHTS, record));

/**
 * Seconds of a training step at a size, by model, from records of costs that were measured in turns. A sharp start has the
 * program of the reference's model, and its time.
 */
export function keptStepSeconds(
  records: readonly RunRecord[],
  { context, batch }: { context: number; batch: number },
): StepSeconds {
  const measured = records.filter(({ experiment, configuration, metrics }) =>
    experiment === "process-cost" && configuration["context"] === context &&
    configuration["batch"] === batch && typeof metrics["seconds"] === "number"
  );
  const names = (model: string) =>
    model === "cipnp" || model === "ipnp" ? [model, `${model}-sharp`] : [model];
  return new Map(
    measured.flatMap(({ model, metrics }) => names(model).map((name) => [name, metrics["seconds"]!])),
  );
}

/** Steps that are shown of learning curves. */
const SHOWN = [500, 1000, 3000] as const;

/** Runs on the first range at the full learning rate, long enough for a learning curve. */
export const fullCurves = (records: readonly RunRecord[]): RunRecord[] =>
  records.filter((record) =>
    record.experiment === "gp" && record.configuration["schedule"] === "constant" &&
    record.steps >= SHOWN[0] && rangeOf(record)[0] === 64
  );

/** The same steps and the same seconds, from the learning curves and the times among the records. */
export const keptCurveTable = (records: readonly RunRecord[]): TableView =>
  gpCurveTable(fullCurves(records), {
    steps: SHOWN,
    stepSeconds: keptStepSeconds(records, { context: 96, batch: 16 }),
  });

/** What the kept runs say, in words made from the numbers. */
export function gpVerdict(records: readonly RunRecord[]): string {
  const first = records.filter((record) => rangeOf(record)[0] === 64);
  const at = (model: string, step: number): number | undefined => {
    const values = first.filter((record) =>
      record.model === model && record.configuration["schedule"] === "constant"
    ).flatMap((record) => curveAt(record, step, "target") ?? []);
    return values.length > 0 ? spread(values).mean : undefined;
  };
  const lines: string[] = [];
  for (const step of [1000, 3000]) {
    const reached = ["canp", "cipnp", "cipnp-fast", "cipnp-sharp"].flatMap((model) => {
      const target = at(model, step);
      return target === undefined ? [] : [`${modelLabel(model)} ${target.toFixed(2)}`];
    });
    if (reached.length > 0) {
      lines.push(`After ${step.toLocaleString("en")} steps at the full rate: ${reached.join("; ")}.`);
    }
  }
  const ends = first.filter(({ configuration }) => configuration["schedule"] === "cosine");
  const ceiling = ceilingOf("rbf", 64)!.floored;
  for (const own of trainings(ends)) {
    const [{ model, steps }] = own as [RunRecord];
    const { mean } = spread(own.map(({ metrics }) => metrics["target"] ?? NaN));
    lines.push(
      `${modelLabel(model)}, ${steps} steps to the end: ${mean.toFixed(3)}, ${
        (ceiling - mean).toFixed(3)
      } below the ceiling.`,
    );
  }
  const authors = ["anp", "canp", "banp", "cipnp", "ipnp"].flatMap((model) => {
    const figure = published(model, 64, "target")?.mean;
    return typeof figure === "number" ? [`${modelLabel(model)} ${figure.toFixed(3)}`] : [];
  });
  lines.push(`The authors after 100,000 steps: ${authors.join(", ")}.`);
  return lines.map((line) => `- ${line}`).join("\n");
}
