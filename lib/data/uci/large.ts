import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { UserError } from "../../errors.ts";
import { requireSpace } from "../../setup/disk.ts";
import { fetchFile, placedFile } from "../download.ts";
import type { Table } from "../table.ts";
import {
  classCollection,
  type ColumnPlan,
  convert,
  type OriginFile,
  readIndex,
  readStore,
  type StoreIndex,
} from "./column_store.ts";
import { type EmbeddedRows, isEmbedded, type LargeFacts, type LargeFile, uciFacts } from "./facts.ts";
import { eachRow, type RowFile } from "./read_rows.ts";

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

/** Where files are. */
export interface SourceFolders {
  /** Of the sets that are part of this workspace. */
  folder: string;
  /** Of what is downloaded, and of column stores. */
  cache: string;
}

type Source = LargeFile | EmbeddedRows;

function fileOf(source: Source, { folder, cache }: SourceFolders): RowFile {
  if ("file" in source) {
    const head = /\.arff(\.gz)?$/.test(source.file) ? "arff" : "none";
    return { path: join(cache, source.file), head };
  }
  const facts = uciFacts(source.set);
  if (!isEmbedded(facts)) throw new Error(`expected ${source.set} in data/uci`);
  return { path: join(folder, facts.file), head: "names" };
}

/** Whether a file is there. */
async function origin(source: LargeFile, folders: SourceFolders): Promise<OriginFile | undefined> {
  const { path } = fileOf(source, folders);
  const info = await Deno.stat(path).catch(() => undefined);
  return info?.isFile ? { path, bytes: info.size, modified: info.mtime?.getTime() ?? 0 } : undefined;
}

const isFile = (source: Source): source is LargeFile => "file" in source;

/** The first choice of files that is there as a whole, and what is there of it; undefined if there is none. */
async function presentChoice(
  { choices }: LargeFacts,
  folders: SourceFolders,
): Promise<{ choice: Source[]; files: OriginFile[] } | undefined> {
  for (const choice of choices) {
    const found = await Promise.all(choice.filter(isFile).map((source) => origin(source, folders)));
    const files = found.filter((file) => file !== undefined);
    if (files.length === found.length) return { choice, files };
  }
  return undefined;
}

/**
 * The files of a choice, each one verified as far as it is publicly known, and fetched if it is absent and known.
 *
 * @throws UserError as fetchFile and placedFile do.
 */
async function obtain(choice: readonly Source[], folders: SourceFolders): Promise<RowFile[]> {
  const files: RowFile[] = [];
  for (const source of choice) {
    if (isFile(source)) {
      const { sha256 } = source;
      await (sha256 === null
        ? placedFile(source, folders.cache)
        : fetchFile({ ...source, sha256 }, folders.cache));
    }
    files.push(fileOf(source, folders));
  }
  return files;
}

/**
 * What the columns of a large set are: as its facts list them or, where they say so, categories up to a number of different
 * cells and numbers beyond. The files are read once for that.
 *
 * @throws UserError as eachRow does.
 */
async function columnPlans(facts: LargeFacts, files: readonly RowFile[]): Promise<ColumnPlan[]> {
  const { columns, automatic, categorical } = facts;
  const many = automatic === null
    ? columns.map((name) => !categorical.reference.includes(name))
    : await columnsWithMore(files, columns, automatic);
  return columns.map((name, i) => ({ name, kind: many[i] ? "numeric" : "categorical" }));
}

async function columnsWithMore(
  files: readonly RowFile[],
  columns: string[],
  most: number,
): Promise<boolean[]> {
  const classes = columns.map(() => classCollection(new Set()));
  await eachRow(files, columns, (bytes, { starts, ends }) => {
    for (let i = 0; i < classes.length; i++) {
      if (classes[i]!.labels.length <= most) classes[i]!.codeOf(bytes, starts[i]!, ends[i]!);
    }
  });
  return classes.map(({ labels }) => labels.length > most);
}
