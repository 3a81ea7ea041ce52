import { baselineInstalled } from "../../baselines/mod.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { findRecord, type RunIdentity, type RunRecord } from "../../results/mod.ts";
import { taskCommand } from "../../setup/paths.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";

/** A classical model to fit on some rows. */
export interface ClassicalRun {
  identity: RunIdentity;
  execute: () => Promise<Outcome>;
}

export interface ClassicalRuns {
  records: RunRecord[];
  /** How many runs have no record, and what to do. */
  absent?: string;
}

/**
 * The records of classical models: read from `folder` or from those that came with the workspace, else made, where the
 * environment of `task setup --baselines` is installed. A stop request ends it with the records so far.
 */
export async function classicalRecords(
  runs: readonly ClassicalRun[],
  { label, folder }: { label: string; folder: string },
): Promise<ClassicalRuns> {
  const installed = await baselineInstalled();
  const bar = progress(runs.length, { label });
  const records: RunRecord[] = [];
  let absent = 0;
  for (const { identity, execute } of runs) {
    if (stopRequested()) break;
    // Without the environment kept records are read even where everything is to be run.
    const record = await recorded(folder, identity, async () => installed ? await execute() : undefined) ??
      await findRecord(KEPT_RECORDS, identity);
    if (record) records.push(record);
    else absent++;
    bar.update(records.length + absent, `${identity.data.name} ${identity.model}`);
  }
  await bar.done();
  if (absent === 0) return { records };
  const which = absent === runs.length ? "Classical models were" : `${absent} classical models were`;
  return { records, absent: `${which} not run: ${taskCommand("setup --baselines")} installs them.` };
}
