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
import { KEPT_RECORDS } from "./profiles.ts";
import { repeatsAll } from "./repeat.ts";

/** What a run gives; the rest of its record is the same for all runs. */
export type Outcome =
  & Pick<RunOutcome, "metrics" | "seconds" | "steps" | "parameters">
  & { compiledBytes: number | null };

/** Where the record of a run is looked for: among those of this machine, then among those that came with the workspace. */
export async function knownRecord(folder: string, identity: RunIdentity): Promise<RunRecord | undefined> {
  const own = await findRecord(folder, identity);
  if (own || repeatsAll()) return own;
  return await findRecord(KEPT_RECORDS, identity);
}

/**
 * The record of a run: read, if the run was made before (see `knownRecord`), else made and written.
 *
 * @param run gives undefined if it was stopped: then there is no record
 * @param options.own only a run of this machine will do: it leaves more than its record, such as weights
 */
export async function recorded(
  folder: string,
  identity: RunIdentity,
  run: () => Promise<Outcome | undefined>,
  { own = false }: { own?: boolean } = {},
): Promise<RunRecord | undefined> {
  const known = own ? await findRecord(folder, identity) : await knownRecord(folder, identity);
  if (known) {
    returned.push(known);
    return known;
  }
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
  returned.push(record);
  return record;
}

const returned: RunRecord[] = [];

/** The records that `recorded` has returned since the last call of this function. */
export const returnedRecords = (): RunRecord[] => returned.splice(0);

/** The identity of data that a formula makes: a name, and the checksum of what it is made of. */
export function generatedData(name: string): RunIdentity["data"] {
  return { name, sha256: createHash("sha256").update(name).digest("hex") };
}
