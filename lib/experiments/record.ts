import { createHash } from "node:crypto";
import { currentEngine } from "../engine/mod.ts";
import {
  environment,
  findRecord,
  peakResidentBytes,
  type RunIdentity,
  type RunOutcome,
  type RunRecord,
  writeRecord,
} from "../results/mod.ts";

/** What a run gives; the rest of its record is the same for all runs. */
export type Outcome =
  & Pick<RunOutcome, "metrics" | "seconds" | "steps" | "parameters">
  & { compiledBytes: number | null };

/**
 * The record of a run: read, if the run was made before, else made and written.
 *
 * @param run gives undefined if it was stopped: then there is no record
 */
export async function recorded(
  folder: string,
  identity: RunIdentity,
  run: () => Promise<Outcome | undefined>,
): Promise<RunRecord | undefined> {
  const known = await findRecord(folder, identity);
  if (known) return known;
  const outcome = await run();
  if (!outcome) return undefined;
  const { compiledBytes, ...rest } = outcome;
  const record: RunRecord = {
    ...identity,
    ...rest,
    format: 1,
    status: "complete",
    reason: null,
    memory: { compiledBytes, peakResidentBytes: await peakResidentBytes() },
    engine: await currentEngine(),
    environment: await environment(),
    date: new Date().toISOString(),
  };
  await writeRecord(folder, record);
  return record;
}

/** The identity of data that a formula makes: a name, and the checksum of what it is made of. */
export function generatedData(name: string): RunIdentity["data"] {
  return { name, sha256: createHash("sha256").update(name).digest("hex") };
}
