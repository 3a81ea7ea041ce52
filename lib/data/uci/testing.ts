import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import type { Table } from "../table.ts";
import { EMBEDDED_FOLDER } from "../uci.ts";
import { isEmbedded, type LargeFacts, uciFacts } from "./facts.ts";
import { readLarge, type SourceFolders } from "./large.ts";

/** A large set of so many rows whose files are taken as they are found. */
export function factsOf(name: string, n: number): LargeFacts {
  const facts = uciFacts(name);
  if (isEmbedded(facts)) throw new Error(`expected a large set, found ${name}`);
  const choices = facts.choices.map((choice) =>
    choice.map((source) => "file" in source ? { ...source, sha256: null } : source)
  );
  return { ...facts, n, choices };
}

/** Runs with an empty folder for files, named `FILE.gz` to be packed, that is removed. */
export async function withFiles<T>(
  files: Record<string, string>,
  run: (folders: SourceFolders) => Promise<T>,
): Promise<T> {
  const cache = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      const bytes = new TextEncoder().encode(text);
      await Deno.writeFile(join(cache, name), name.endsWith(".gz") ? gzipSync(bytes) : bytes);
    }
    return await run({ folder: EMBEDDED_FOLDER, cache });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** The table of a large set in files of so many rows. */
export const tableOf = (name: string, n: number, files: Record<string, string>): Promise<Table> =>
  withFiles(files, (folders) => readLarge(factsOf(name, n), folders));

/** What a column holds, missing cells as null. */
export function cellsOf(table: Table, name: string): (number | string | null)[] {
  const column = table.columns.find((column) => column.name === name)!;
  return column.kind === "numeric"
    ? Array.from(column.values, (value) => Number.isNaN(value) ? null : value)
    : Array.from(column.codes, (code) => column.classes[code] ?? null);
}

/** Asserts that something ends in a UserError with such a message. */
export const refuses = (work: Promise<unknown>, ...parts: RegExp[]): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    for (const part of parts) assert.match(error.message, part);
    return true;
  });

/** Numbers as HIGGS.csv.gz has them. */
const higgsRow = (label: number, value: number) =>
  [label, ...Array.from({ length: 28 }, (_, i) => Math.fround(value + i / 7))]
    .map((x) => x.toExponential(18).replace(/e([+-])(\d)$/, "e$10$2")).join(",");
export const HIGGS = Array.from({ length: 40 }, (_, i) => higgsRow(i % 2, i - 20.3)).join("\n") + "\n";

/** kick.arff as OpenML writes it: names as they are, nominal values with blanks quoted, ? for a missing cell. */
export function kickText(rows: string[]): string {
  const facts = factsOf("kick", rows.length);
  const attributes = facts.columns.map((name) =>
    `@ATTRIBUTE ${name} ${facts.categorical.reference.includes(name) ? "{0,1}" : "INTEGER"}`
  );
  return ["@RELATION kick", "", ...attributes, "", "@DATA", ...rows, ""].join("\r\n");
}

export const KICK = [
  "0,1260144000,ADESA,2006,3,MAZDA,MAZDA3,i,'4D SEDAN I',RED,AUTO,1,Alloy,89046,'OTHER ASIAN',MEDIUM,OTHER,8155,9829," +
  "11636,13600,7451,8552,11597,12409,?,?,21973,33619,FL,7100,0,1113",
  "1,1260144000,ADESA,2004,5,DODGE,'1500 RAM PICKUP 2WD',ST,'QUAD CAB 4.7L SLT',WHITE,AUTO,1,Alloy,93593,AMERICAN," +
  "'LARGE TRUCK',CHRYSLER,6854,8383,10897,12572,7456,9222,11374,12791,?,?,19638,33619,FL,7600,0,1053",
  "0,1260230400,MANHEIM,2005,4,DODGE,'STRATUS V6',SXT,'4D SEDAN SXT FFV',MAROON,AUTO,?,?,73807,AMERICAN,MEDIUM," +
  "CHRYSLER,3202,4760,?,?,4035,5557,7146,8702,YES,GREEN,19638,33619,FL,4900,0,1389",
];
