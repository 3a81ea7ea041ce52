/** `task golden --dir DIR [--engine NAME] [--only TEXT]`: parity with the reference, a row per case. */
import { parseArgs } from "node:util";
import { describeEngine, useEngine } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import { type GoldenRow, runGolden } from "../golden/runner.ts";

const USAGE = "Usage: task golden [--dir DIR] [--engine xla|wasm|cpu] [--only TEXT]";
const DEFAULT_DIR = new URL("../../data/golden", import.meta.url).pathname;

/** @returns the exit code: 0 if no case failed */
export async function golden(args: string[]): Promise<number> {
  const { dir, engine, only } = readOptions(args);
  console.log(`${dir} on ${describeEngine(await useEngine(engine))}`);
  console.log(
    line(["case", "result", "tensors", "output", "loss", "gradient", "of allowed"]) +
      "\nLargest absolute errors; the last column is the worst error as a share of its tolerance.",
  );
  const rows: GoldenRow[] = [];
  for await (const row of runGolden(dir, { only })) {
    rows.push(row);
    console.log(formatRow(row));
  }
  const count = (status: GoldenRow["status"]) => rows.filter((row) => row.status === status).length;
  console.log(`${count("pass")} passed, ${count("fail")} failed, ${count("unsupported")} unsupported`);
  return count("fail") > 0 ? 1 : 0;
}

function readOptions(args: string[]): { dir: string; engine?: string; only?: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        dir: { type: "string", default: DEFAULT_DIR },
        engine: { type: "string" },
        only: { type: "string" },
      },
    });
    return { ...values, dir: values.dir ?? DEFAULT_DIR };
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** At most so many problems of a case are printed. */
const SHOWN = 3;

function formatRow(row: GoldenRow): string {
  const error = (value: number) => Number.isNaN(value) && row.tensors === 0 ? "-" : value.toExponential(1);
  const cells = [
    row.name,
    row.status,
    String(row.tensors),
    error(row.outputError),
    error(row.lossError),
    error(row.gradientError),
    Number.isNaN(row.share) && row.tensors === 0 ? "-" : `${(100 * row.share).toFixed(1)}%`,
  ];
  if (row.status === "unsupported") return `${line(cells)}  ${row.problems[0]}`;
  const more = row.problems.length - SHOWN;
  return [
    line(cells),
    ...row.problems.slice(0, SHOWN).map((problem) => `    ${problem}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ].join("\n");
}

const line = ([name, ...rest]: string[]): string =>
  name!.padEnd(32) + rest.map((cell) => cell.padStart(12)).join("");

if (import.meta.main) {
  try {
    Deno.exit(await golden(Deno.args));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
