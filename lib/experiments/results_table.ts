import { readRecords, type RunRecord, toText } from "../results/mod.ts";
import { KEPT_RECORDS, LOCAL_RECORDS } from "./profiles.ts";
import { uciTable } from "./uci_tables.ts";

/** UCI runs of this machine, else (or if asked for) those that came with the workspace. */
export async function uciRecords(profile: string, kept = false): Promise<RunRecord[]> {
  for (const folder of kept ? [KEPT_RECORDS] : [LOCAL_RECORDS, KEPT_RECORDS]) {
    const records = (await readRecords(folder)).filter((r) =>
      r.experiment === "uci" && r.profile === profile
    );
    if (records.length > 0) return records;
  }
  return [];
}

/** The results table as plain text, from the records of a profile. */
export async function resultsTable(profile: string, kept = false): Promise<string> {
  const records = await uciRecords(profile, kept);
  return records.length > 0
    ? toText(uciTable(records))
    : `No UCI run of the ${profile} profile has a record yet.`;
}
