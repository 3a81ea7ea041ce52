import { join } from "node:path";
import { UserError } from "../../errors.ts";
import {
  classCollection,
  classCollector,
  type Collector,
  type ColumnPlan,
  numberCollector,
} from "./collect.ts";
import { type Part, writePart } from "./column_parts.ts";
import {
  INDEX,
  type StoredColumn,
  type StoreIndex,
  type StoreOrigin,
  typeOf,
  wider,
} from "./column_store.ts";
import { eachRow, type RowFile } from "./read_rows.ts";

/** The most rows of a part: 60 MB of collected numbers for the 29 columns of HIGGS. */
const PART_ROWS = 1 << 18;

/**
 * Reads files of rows once and keeps their columns in a folder, part by part: no more than a part is in memory. The folder
 * appears when it is complete. One process at a time may do this for a folder.
 *
 * @param rows how many there must be
 * @throws UserError for whatever is wrong with the files, and another number of rows.
 */
export async function convert(
  files: readonly RowFile[],
  plans: readonly ColumnPlan[],
  missing: readonly string[],
  folder: string,
  origin: StoreOrigin,
  rows: number,
): Promise<void> {
  const temporary = `${folder}.part`;
  // What a run that was killed could not remove itself.
  await Deno.remove(temporary, { recursive: true }).catch(() => {});
  await Deno.mkdir(temporary, { recursive: true });
  try {
    const index: StoreIndex = {
      ...origin,
      ...await collect(files, plans, new Set(missing), temporary, Math.min(rows, PART_ROWS)),
    };
    if (index.rows !== rows) {
      throw new UserError(
        `${files.map(({ path }) => path).join(" and ")}: expected ${rows} rows, found ${index.rows}`,
      );
    }
    await Deno.writeTextFile(join(temporary, INDEX), JSON.stringify(index));
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, folder);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

async function collect(
  files: readonly RowFile[],
  plans: readonly ColumnPlan[],
  missing: ReadonlySet<string>,
  folder: string,
  room: number,
): Promise<Omit<StoreIndex, keyof StoreOrigin>> {
  const classes = plans.map(({ kind }) => (kind === "categorical" ? classCollection(missing) : null));
  const collectors = plans.map(({ name }, i): Collector =>
    classes[i] ? classCollector(room, classes[i]) : numberCollector(name, room, missing)
  );
  const parts: Part[] = [];
  let types: StoredColumn["type"][] = plans.map(({ kind }) => (kind === "numeric" ? "float32" : "int8"));
  let rows = 0, inPart = 0;
  const flush = () => {
    const columns = collectors.map((collector) => collector.take(inPart));
    types = columns.map((values, i) => wider(types[i]!, typeOf(values)));
    parts.push(writePart(folder, parts.length, columns));
    rows += inPart;
    inPart = 0;
  };
  await eachRow(files, plans.map(({ name }) => name), (bytes, { starts, ends }, place) => {
    for (let i = 0; i < collectors.length; i++) {
      collectors[i]!.add(bytes, starts[i]!, ends[i]!, inPart, place);
    }
    if (++inPart === room) flush();
  });
  if (inPart > 0) flush();
  const columns = plans.map(({ name }, i) => ({ name, type: types[i]!, labels: classes[i]?.labels ?? null }));
  return { rows, columns, parts };
}
