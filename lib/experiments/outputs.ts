/** Tables and figures of all experiments as files, from the records of runs. */
import { join } from "node:path";
import { writeAtomic } from "../files.ts";
import { type Figure, toPng, toSvg } from "../plots/mod.ts";
import { type RunRecord, TABLE_FORMATS, toText } from "../results/mod.ts";
import { EXPERIMENTS, experiments } from "./registry.ts";

const FIGURE_FORMATS: Record<string, (figure: Figure) => string | Uint8Array> = { svg: toSvg, png: toPng };

export const FORMATS = [...Object.keys(TABLE_FORMATS), ...Object.keys(FIGURE_FORMATS)];

/** The reports of every experiment that has records of a profile, and these. */
export const reportsOf = (records: readonly RunRecord[], profile: string) =>
  EXPERIMENTS.flatMap(({ name, notebook, report }) => {
    const own = records.filter((record) => record.experiment === name && record.profile === profile);
    if (own.length === 0) return [];
    // Some tables take records of other experiments as well, which may have one profile only.
    const shown = records.filter((record) => record.experiment !== name || record.profile === profile);
    return [{ name, notebook, profile, own, report: report(shown) }];
  });

/**
 * Writes every table and figure of every experiment that has records of a profile: `uci_errors.md`, `uci_ranks.svg`.
 *
 * @param sources tells of some records where they are from, below their table
 * @param formats of `FORMATS`: those of tables and those of figures
 * @returns the names of the files written
 */
export async function writeOutputs(
  records: readonly RunRecord[],
  profile: string,
  folder: string,
  sources?: (records: readonly RunRecord[]) => string,
  formats: readonly string[] = ["md", "svg"],
): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (experiment: string, part: string, content: string | Uint8Array) => {
    const name = `${experiment}_${part}`.replaceAll("-", "_");
    await writeAtomic(join(folder, name), content);
    written.push(name);
  };
  for (const { name, own, report: { tables, figures } } of reportsOf(records, profile)) {
    for (const [part, table] of Object.entries(tables)) {
      const shown = { ...table, notes: sources ? [...table.notes, sources(own)] : table.notes };
      for (const format of formats.filter((one) => one in TABLE_FORMATS)) {
        await write(name, `${part}.${format}`, TABLE_FORMATS[format]!(shown) + (format === "md" ? "\n" : ""));
      }
    }
    for (const [part, figure] of Object.entries(figures)) {
      for (const format of formats.filter((one) => one in FIGURE_FORMATS)) {
        await write(name, `${part}.${format}`, FIGURE_FORMATS[format]!(figure));
      }
    }
  }
  return written;
}

/** The results table as plain text, from the UCI runs of a profile; undefined without any. */
export function resultsTable(records: readonly RunRecord[], profile: string): string | undefined {
  const own = records.filter((record) => record.experiment === "uci" && record.profile === profile);
  return own.length > 0 ? toText(experiments.uci.report(own).tables["errors"]!) : undefined;
}
