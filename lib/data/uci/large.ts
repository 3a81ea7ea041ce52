import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { requireSpace } from "../../setup/disk.ts";
import type { Table } from "../table.ts";
import { readIndex, readStore, type StoreIndex } from "./column_store.ts";
import { convert } from "./convert.ts";
import type { LargeFacts } from "./facts.ts";
import { columnPlans } from "./kinds.ts";
import { obtain, presentChoice, type SourceFolders } from "./sources.ts";

/** Changes when the same files would give other columns. */
const FORMAT = 1;
const BYTES_PER_CELL = 4;

const storeOf = ({ name }: LargeFacts, { cache }: SourceFolders): string => join(cache, `${name}.columns`);

const keyOf = ({ name, columns, automatic, categorical, missing }: LargeFacts): string =>
  JSON.stringify([FORMAT, name, columns, automatic, categorical.reference, missing]);

async function keptIndex(facts: LargeFacts, folders: SourceFolders): Promise<StoreIndex | undefined> {
  const present = await presentChoice(facts, folders);
  return await readIndex(storeOf(facts, folders), keyOf(facts), present?.files);
}

/** Whether a large set can be read without a download. */
export async function isPresent(facts: LargeFacts, folders: SourceFolders): Promise<boolean> {
  return await keptIndex(facts, folders) !== undefined || await presentChoice(facts, folders) !== undefined;
}

/**
 * The table of a large set, its target last. Its files are read once; what they hold is kept as columns, which later calls
 * read, also when the files are gone. It is made again when a file changes, or the columns are not what was written.
 *
 * @throws UserError for whatever is wrong with the files; see fetchFile, placedFile, eachRow.
 */
export async function readLarge(facts: LargeFacts, folders: SourceFolders): Promise<Table> {
  const store = storeOf(facts, folders);
  const index = await keptIndex(facts, folders);
  const kept = index && await readStore(store, index, facts.name);
  if (kept) return targetLast(kept, facts.target);
  const choice = (await presentChoice(facts, folders))?.choice ?? facts.choices[0]!;
  const files = await obtain(choice, folders);
  await requireSpace(
    folders.cache,
    facts.n * facts.columns.length * BYTES_PER_CELL,
    `the table ${facts.name}`,
  );
  const origin = { key: keyOf(facts), files: (await presentChoice(facts, folders))!.files };
  const plans = await columnPlans(facts, files);
  await convert(files, plans, facts.missing, store, origin, facts.n);
  const made = await readIndex(store, origin.key, origin.files);
  const table = made && await readStore(store, made, facts.name);
  if (!table) throw new UserError(`${store}: expected what was just written there, found something else`);
  return targetLast(table, facts.target);
}

function targetLast(table: Table, target: string): Table {
  const { columns } = table;
  const others = columns.filter(({ name }) => name !== target);
  return { ...table, columns: [...others, ...columns.filter(({ name }) => name === target)] };
}
