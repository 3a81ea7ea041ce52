import type { RunIdentity, RunRecord } from "../results/mod.ts";
import type { FitOptions } from "../train/table/fit.ts";
import { runFile } from "./process_run.ts";
import { LOCAL_CHECKPOINTS } from "./profiles.ts";
import { type Outcome, recorded } from "./record.ts";

/**
 * The record of a training of a table: read, or made with a state that is kept at a stop and every minute, from which the
 * same run goes on.
 *
 * @param train gives undefined if it was stopped
 */
export async function recordedTraining(
  records: string,
  identity: RunIdentity,
  train: (options: FitOptions) => Promise<Outcome | undefined>,
): Promise<RunRecord | undefined> {
  const checkpoint = runFile(LOCAL_CHECKPOINTS, identity);
  await Deno.mkdir(LOCAL_CHECKPOINTS, { recursive: true });
  const label = `${identity.data.name}, ${identity.model}, seed ${identity.seed}`;
  const record = await recorded(records, identity, () => train({ label, checkpoint }));
  if (record) await Deno.remove(checkpoint).catch(() => {});
  return record;
}
