/** Tables (Markdown) and figures (SVG) of all experiments, from the records of runs. */
import { join } from "node:path";
import { writeAtomic } from "../files.ts";
import { toSvg } from "../plots/mod.ts";
import { type RunRecord, toMarkdown, toText } from "../results/mod.ts";
import { EXPERIMENTS, experiments } from "./registry.ts";

/**
 * Writes every table and figure of every experiment that has records of a profile: `uci_errors.md`, `uci_ranks.svg`.
 *
 * @param sources tells of some records where they are from, below their table
 * @returns the names of the files written
 */
export async function writeOutputs(
  records: readonly RunRecord[],
  profile: string,
  folder: string,
  sources?: (records: readonly RunRecord[]) => string,
): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (experiment: string, part: string, content: string) => {
    const name = `${experiment}_${part}`.replaceAll("-", "_");
    await writeAtomic(join(folder, name), content);
    written.push(name);
  };
  for (const { name, report } of EXPERIMENTS) {
    const own = records.filter((record) => record.experiment === name && record.profile === profile);
    if (own.length === 0) continue;
    // Some tables take records of other experiments as well, which may have one profile only.
    const { tables, figures } = report(
      records.filter((record) => record.experiment !== name || record.profile === profile),
    );
    for (const [part, table] of Object.entries(tables)) {
      const notes = sources ? [...table.notes, sources(own)] : table.notes;
      await write(name, `${part}.md`, toMarkdown({ ...table, notes }) + "\n");
    }
    for (const [part, figure] of Object.entries(figures)) await write(name, `${part}.svg`, toSvg(figure));
  }
  return written;
}

/** The results table as plain text, from the UCI runs of a profile; undefined without any. */
export function resultsTable(records: readonly RunRecord[], profile: string): string | undefined {
  const own = records.filter((record) => record.experiment === "uci" && record.profile === profile);
  return own.length > 0 ? toText(experiments.uci.report(own).tables["errors"]!) : undefined;
}
