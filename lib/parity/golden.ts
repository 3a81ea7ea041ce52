/** `task golden`: parity of the models with the official implementation. */
import { describeEngine, useEngine } from "../engine/mod.ts";
import { formatRow, REPORT_HEADING } from "./report.ts";
import { type GoldenRow, runGolden } from "./runner.ts";
import { runCommand, textOption } from "../cli/main.ts";

const DEFAULT_DIR = new URL("../../data/golden", import.meta.url).pathname;

/**
 * Prints a row per case as it is done, then totals.
 *
 * @returns the exit code: 1 if a case failed
 * @throws UserError if there is no case
 */
async function printGolden(dir: string, only?: string): Promise<number> {
  const rows: GoldenRow[] = [];
  for await (const row of runGolden(dir, { only })) {
    if (rows.length === 0) console.log(REPORT_HEADING);
    rows.push(row);
    console.log(formatRow(row));
  }
  const count = (status: GoldenRow["status"]) => rows.filter((row) => row.status === status).length;
  console.log(`${count("pass")} passed, ${count("fail")} failed, ${count("unsupported")} unsupported`);
  return count("fail") > 0 ? 1 : 0;
}

if (import.meta.main) {
  await runCommand({
    name: "golden",
    summary:
      "Compares outputs, losses and gradients with those of the official implementation, case by case.",
    options: {
      dir: textOption("DIR", "folder of parity cases (default: data/golden)"),
      engine: textOption("NAME", "xla, tensorflow, wasm or cpu (default: SPIN_ENGINE, else xla)"),
      only: textOption("TEXT", "only cases whose name contains this"),
    },
    examples: ["golden", "golden --engine cpu --only spin"],
  }, async ({ values: { dir = DEFAULT_DIR, engine, only } }) => {
    console.log(describeEngine(await useEngine(engine)));
    return await printGolden(dir, only);
  });
}
