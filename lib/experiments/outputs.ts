import { join } from "node:path";
import { writeAtomic } from "../files.ts";
import { type Figure, logLog, type Point, toSvg } from "../plots/mod.ts";
import { type RunRecord, type TableView, toMarkdown } from "../results/mod.ts";
import { gpCurveFigure } from "./gp/gp_figures.ts";
import { fullCurves, keptCurveTable } from "./gp/gp_kept.ts";
import { GP_LEAST } from "./gp/gp_settings.ts";
import { gpRangeTable } from "./gp/gp_tables.ts";
import {
  imputationBinFigure,
  imputationBinTable,
  imputationCosts,
  imputationFigure,
  imputationTable,
} from "./imputation/imputation_tables.ts";
import { uciCosts, uciFigure, uciTable } from "./uci/uci_tables.ts";

/** Points of one experiment's records: a series for each model. */
function pointsOf(records: readonly RunRecord[], experiment: string, x: "n" | "d", metric: string): Point[] {
  const ofIt = records.filter((record) => record.experiment === experiment);
  const other = x === "n" ? "d" : "n";
  // The sweep over x is the one in which the other size stays the same most often.
  const counts = new Map<number, number>();
  for (const { configuration } of ofIt) {
    const value = configuration[other] as number;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const fixed = [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value)
    .find((value) =>
      new Set(ofIt.filter((r) => r.configuration[other] === value).map((r) => r.configuration[x])).size > 1
    );
  return ofIt.filter((r) => r.configuration[other] === fixed && r.metrics[metric] != null)
    .map((r) => ({ series: r.model, x: r.configuration[x] as number, y: r.metrics[metric]! }));
}

/** All figures that the records of a folder allow, by file name. */
export function figuresOf(records: readonly RunRecord[]): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  const uci = records.filter(({ experiment }) => experiment === "uci");
  if (uci.length > 0) figures["uci"] = uciFigure(uci);
  const imputation = records.filter(({ experiment }) => experiment === "imputation");
  if (imputation.length > 0) {
    figures["imputation"] = imputationFigure(imputation);
    figures["imputation_bins"] = imputationBinFigure(imputation);
  }
  const add = (name: string, points: Point[], title: string, x: string, y: string) => {
    if (points.length > 1) {
      figures[name] = logLog(points, { title, x: { label: x }, y: { label: y, unit: "bytes" } });
    }
  };
  const memory = "temporary memory of a training step";
  add(
    "memory_rows",
    pointsOf(records, "step-cost", "n", "temporary"),
    "Memory against rows",
    "rows n",
    memory,
  );
  add(
    "memory_columns",
    pointsOf(records, "step-cost", "d", "temporary"),
    "Memory against columns",
    "columns d",
    memory,
  );
  add(
    "prediction",
    pointsOf(records, "prediction-cost", "n", "temporary"),
    "Predicting 128 rows",
    "training rows n",
    "temporary memory",
  );
  return figures;
}

/**
 * Makes tables (Markdown) and figures (SVG) from the records of a profile.
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
  const ofProfile = records.filter((record) => record.profile === profile);
  await Deno.mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (name: string, content: string) => {
    await writeAtomic(join(folder, name), content);
    written.push(name);
  };
  const writeTable = (name: string, table: TableView, own: readonly RunRecord[]) =>
    write(name, toMarkdown(sources ? { ...table, notes: [...table.notes, sources(own)] } : table) + "\n");
  for (const [name, figure] of Object.entries(figuresOf(ofProfile))) {
    await write(`${name}.svg`, toSvg(figure));
  }
  const gp = ofProfile.filter(({ experiment }) => experiment === "gp");
  if (gp.length > 0) {
    await writeTable("gp_ranges.md", gpRangeTable(gp, GP_LEAST), gp);
    const curves = fullCurves(gp);
    if (curves.length > 0) {
      await writeTable("gp_curves.md", keptCurveTable(ofProfile), curves);
      await write("gp_curves.svg", toSvg(gpCurveFigure(curves)));
    }
  }
  const uci = ofProfile.filter(({ experiment }) => experiment === "uci");
  if (uci.length > 0) {
    await writeTable("uci.md", uciTable(uci), uci);
    await writeTable("uci_costs.md", uciCosts(uci), uci);
  }
  const imputation = ofProfile.filter(({ experiment }) => experiment === "imputation");
  if (imputation.length > 0) {
    await writeTable("imputation.md", imputationTable(imputation), imputation);
    await writeTable("imputation_bins.md", imputationBinTable(imputation), imputation);
    await writeTable("imputation_costs.md", imputationCosts(imputation), imputation);
  }
  return written;
}
