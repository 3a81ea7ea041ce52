import { type RunRecord, toText } from "../../results/mod.ts";
import { uciTable } from "./uci_tables.ts";

/** The results table as plain text, from the UCI runs of a profile; undefined without any. */
export function resultsTable(records: readonly RunRecord[], profile: string): string | undefined {
  const own = records.filter((record) => record.experiment === "uci" && record.profile === profile);
  return own.length > 0 ? toText(uciTable(own)) : undefined;
}
