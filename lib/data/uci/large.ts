import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
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

/** SHA-256 of the columns that are kept of a large set; undefined if there are none. */
export async function columnsDigest(facts: LargeFacts, folders: SourceFolders): Promise<string | undefined> {
  const index = await keptIndex(facts, folders);
  if (!index) return undefined;
  return createHash("sha256").update(index.parts.map(({ sha256 }) => sha256).join(" ")).digest("hex");
}

/**
 * The table of a large set, its target last. Its files are read once; what they hold is kept as columns, which later calls
 * read, also when the files are gone. It is made again when a file changes, or the columns are not what was written.
 *
 * @throws UserError for whatever is wrong with the files; see fetchFile, placedFile, eachRow.
 */
export async function readLarge(facts: LargeFacts, folders: SourceFolders): Promise<Table> {
  const store = storeOf(facts, folders);
  const kept = async () => {
    const index = await keptIndex(facts, folders);
    return index && await readStore(store, index, facts.name);
  };
  const table = await kept() ?? await alone(`${store}.lock`, async () => {
    return await kept() ?? await make(facts, folders, store);
  });
  const others = table.columns.filter(({ name }) => name !== facts.target);
  return { ...table, columns: [...others, ...table.columns.filter(({ name }) => name === facts.target)] };
}

/** Holds a lock file while `work` runs: two processes would fetch and write the same files. */
async function alone<T>(path: string, work: () => Promise<T>): Promise<T> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { create: true, write: true });
  await file.lock(true);
  return await work();
}

/** Fetches what is absent, and keeps its columns. */
async function make(facts: LargeFacts, folders: SourceFolders, store: string): Promise<Table> {
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
  return table;
}
