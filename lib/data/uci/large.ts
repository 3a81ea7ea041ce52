import { basename, dirname, join } from "node:path";
import { UserError } from "../../errors.ts";
import { writeAtomic } from "../../files.ts";
import { type Progress, progress } from "../../progress/mod.ts";
import { requireSpace } from "../../setup/disk.ts";
import { fetchFile, placedFile } from "../download.ts";
import { eachLine } from "../genotypes/lines.ts";
import { type StoredTensor, storedTensors, storeTensors } from "../safetensors.ts";
import { classOf, type Numbers, sortClasses, type Table, type TableColumn } from "../table.ts";
import { numberOf } from "../writing.ts";
import { type EmbeddedRows, isEmbedded, type LargeFacts, type LargeFile, uciFacts } from "./facts.ts";

/** Changes when the same files would give other columns. */
const FORMAT = 2;
const BYTES_PER_CELL = 4;

interface OriginFile {
  path: string;
  bytes: number;
  modified: number;
}

/** What is kept of a large set beside its columns, which are a tensor each, named by their place. */
interface StoreIndex {
  /** What was read how, as text. */
  key: string;
  /** What the columns were made of; they are made again when one of these changes. */
  files: OriginFile[];
  /** Of the columns' data. */
  sha256: string;
  /** Classes of categorical columns; null for numbers. */
  columns: { name: string; classes: string[] | null }[];
}

const storeOf = ({ name }: LargeFacts, { cache }: SourceFolders): string => join(cache, `${name}.columns`);

const keyOf = ({ name, columns, automatic, categorical, missing }: LargeFacts): string =>
  JSON.stringify([FORMAT, name, columns, automatic, categorical.reference, missing]);

/** What a store says of itself, if it was made of this; files that are no longer there are not missed. */
async function storedIndex(facts: LargeFacts, folders: SourceFolders): Promise<StoreIndex | undefined> {
  const present = await presentChoice(facts, folders);
  try {
    const index: StoreIndex = JSON.parse(await Deno.readTextFile(`${storeOf(facts, folders)}.json`));
    const same = !present || JSON.stringify(present.files) === JSON.stringify(index.files);
    return index.key === keyOf(facts) && same ? index : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a large set can be read without a download. */
export async function isPresent(facts: LargeFacts, folders: SourceFolders): Promise<boolean> {
  return await storedIndex(facts, folders) !== undefined || await presentChoice(facts, folders) !== undefined;
}

/** SHA-256 of the columns that are kept of a large set; undefined if there are none. */
export async function columnsDigest(facts: LargeFacts, folders: SourceFolders): Promise<string | undefined> {
  return (await storedIndex(facts, folders))?.sha256;
}

/**
 * The table of a large set, its target last. Its files are read once; what they hold is kept as columns, which later calls
 * read, also when the files are gone. It is made again when a file changes, or the columns are not what was written.
 *
 * @throws UserError for whatever is wrong with the files; see fetchFile, placedFile, eachRow.
 */
export async function readLarge(facts: LargeFacts, folders: SourceFolders): Promise<Table> {
  const store = storeOf(facts, folders);
  const columns = await storedColumns(facts, folders) ?? await withFileLock(`${store}.lock`, async () => {
    return await storedColumns(facts, folders) ?? await make(facts, folders, store);
  });
  const others = columns.filter(({ name }) => name !== facts.target);
  return {
    source: facts.name,
    rows: facts.n,
    columns: [...others, ...columns.filter(({ name }) => name === facts.target)],
    lines: Int32Array.from({ length: facts.n }, (_, row) => row + 1),
  };
}

/** The columns that are kept; undefined if a file is absent, torn or changed. */
async function storedColumns(facts: LargeFacts, folders: SourceFolders): Promise<TableColumn[] | undefined> {
  const index = await storedIndex(facts, folders);
  const stored = index && await storedTensors(`${storeOf(facts, folders)}.safetensors`, index.key);
  if (stored?.sha256 !== index?.sha256) return undefined;
  return index?.columns.map(({ name, classes }, place): TableColumn => {
    const { data } = stored!.tensors.get(String(place))!;
    return classes
      ? { name, kind: "categorical", classes, codes: data as Int32Array }
      : { name, kind: "numeric", values: data as Numbers };
  });
}

/** Holds a lock file while `work` runs: two processes would fetch and write the same files. */
async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { create: true, write: true });
  await file.lock(true);
  return await work();
}

/** Fetches what is absent, and keeps its columns. */
async function make(facts: LargeFacts, folders: SourceFolders, store: string): Promise<TableColumn[]> {
  const choice = (await presentChoice(facts, folders))?.choice ?? facts.choices[0]!;
  const files = await obtain(choice, folders);
  await requireSpace(
    folders.cache,
    facts.n * facts.columns.length * BYTES_PER_CELL,
    `the table ${facts.name}`,
  );
  const origins = (await presentChoice(facts, folders))!.files;
  const plans = await columnPlans(facts, files);
  const columns = await collectColumns(files, plans, new Set(facts.missing), facts.n);
  const tensors = new Map(columns.map((column, place) => [String(place), tensorOf(column)]));
  const key = keyOf(facts);
  const index: StoreIndex = {
    key,
    files: origins,
    sha256: await storeTensors(`${store}.safetensors`, key, tensors),
    columns: columns.map((column) => ({
      name: column.name,
      classes: column.kind === "categorical" ? column.classes : null,
    })),
  };
  await writeAtomic(`${store}.json`, JSON.stringify(index));
  return columns;
}

function tensorOf(column: TableColumn): StoredTensor {
  if (column.kind === "categorical") {
    return { dtype: "I32", shape: [column.codes.length], data: column.codes };
  }
  const { values } = column;
  return values instanceof Float32Array
    ? { dtype: "F32", shape: [values.length], data: values }
    : { dtype: "F64", shape: [values.length], data: values };
}

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

/** The files of a choice, verified as far as they are publicly known, and fetched where they are absent. */
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
 * What the columns of a large set are: as its facts list them or, where they say so, categories up to a number of
 * different cells and numbers beyond. The files are read once for that.
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
  await eachRow(files, columns, (cells) => {
    for (let i = 0; i < classes.length; i++) {
      if (classes[i]!.labels.length <= most) classes[i]!.codeOf(cells[i]!);
    }
  });
  return classes.map(({ labels }) => labels.length > most);
}

type ColumnPlan = Pick<TableColumn, "name" | "kind">;

/** Takes the cells of one column, row by row. */
interface Collector {
  /** @throws UserError for a text among numbers, with `place()`. */
  add(cell: string, row: number, place: () => string): void;
  column(): TableColumn;
}

/** Collects the columns of `rows` rows of files in their order. @param missing texts for missing cells */
async function collectColumns(
  files: readonly RowFile[],
  plans: readonly ColumnPlan[],
  missing: ReadonlySet<string>,
  rows: number,
): Promise<TableColumn[]> {
  const collectors = plans.map(({ name, kind }) =>
    kind === "numeric" ? numberCollector(name, rows, missing) : classCollector(name, rows, missing)
  );
  let row = 0;
  await eachRow(files, plans.map(({ name }) => name), (cells, place) => {
    if (row < rows) collectors.forEach((collector, i) => collector.add(cells[i]!, row, place));
    row++;
  });
  if (row !== rows) {
    const names = files.map(({ path }) => path).join(" and ");
    throw new UserError(`${names}: expected ${rows} rows, found ${row}`);
  }
  return collectors.map((collector) => collector.column());
}

/** Collects numbers, NaN where missing: float32 if every one is, else float64. */
function numberCollector(name: string, rows: number, missing: ReadonlySet<string>): Collector {
  let values: Numbers = new Float32Array(rows);
  return {
    add(cell, row, place) {
      const text = unquoted(cell);
      let value = numberOf(text);
      if (!Number.isFinite(value)) {
        if (!missing.has(text)) {
          throw new UserError(`${place()}, column "${name}": expected a number, found "${text}"`);
        }
        value = NaN;
      } else if (Math.fround(value) !== value && values instanceof Float32Array) {
        values = Float64Array.from(values);
      }
      values[row] = value;
    },
    column: () => ({ name, kind: "numeric", values }),
  };
}

/** Classes of a column, numbered as they were met first. */
interface Classes {
  /** The number of a cell's class, -1 for a missing one. */
  codeOf(cell: string): number;
  labels: string[];
}

/** A whole number with decimals all the same, as the label of HIGGS: more digits than a class is taken for a number with. */
const WHOLE = /^(\d+)\.0+(?:e[+-]?0+)?$/i;

/** Tells classes apart; a number is one class in whatever way it is written. */
function classCollection(missing: ReadonlySet<string>): Classes {
  const labels: string[] = [];
  const known = new Map<string, number>();
  const ofLabel = new Map<string, number>();
  const learn = (cell: string): number => {
    const text = unquoted(cell);
    const label = classOf(text.replace(WHOLE, "$1"));
    const code = missing.has(text) ? -1 : ofLabel.get(label) ?? labels.push(label) - 1;
    if (code >= 0) ofLabel.set(label, code);
    known.set(cell, code);
    return code;
  };
  return { labels, codeOf: (cell) => known.get(cell) ?? learn(cell) };
}

/** Collects class numbers: in the order of the files until all classes are known, in that of the classes at the end. */
function classCollector(name: string, rows: number, missing: ReadonlySet<string>): Collector {
  const codes = new Int32Array(rows);
  const { codeOf, labels } = classCollection(missing);
  return {
    add(cell, row) {
      codes[row] = codeOf(cell);
    },
    column() {
      const classes = sortClasses(labels);
      const index = new Map(classes.map((label, place) => [label, place]));
      const place = Int32Array.from(labels, (label) => index.get(label)!);
      return { name, kind: "categorical", classes, codes: codes.map((code) => code < 0 ? -1 : place[code]!) };
    },
  };
}

/** A file of rows, plain or gzip: comma-separated, without a head or with one line of names, or ARFF. */
export interface RowFile {
  path: string;
  head: "none" | "names" | "arff";
}

/** Told of each row: its cells without blanks around them, but with their quotes, and where it stands. */
type OnRow = (cells: string[], place: () => string) => void;

const MB = 1e6;

/**
 * Gives the rows of files, one file after the other, to `onRow`; lines may end with CR and LF, empty lines are left out.
 *
 * @param names of the columns, in the order of the file
 * @throws UserError with file and line for a row of another length, a quote that is not closed, other columns (ARFF) and
 *   whatever eachLine throws.
 */
export async function eachRow(
  files: readonly RowFile[],
  names: readonly string[],
  onRow: OnRow,
): Promise<void> {
  const decoder = new TextDecoder();
  for (const { path, head } of files) {
    const bar = await barFor(path);
    const attributes = arffHead();
    let inHead = head !== "none";
    let at = 0;
    const place = () => `${path}, line ${at}`;
    await eachLine(path, "data", (bytes, start, end, number) => {
      at = number;
      const line = decoder.decode(bytes.subarray(start, end)).trim();
      if (inHead && head === "names") inHead = false;
      else if (inHead) {
        inHead = !attributes.take(line, place);
        if (!inHead) checkAttributes(path, attributes.names, names);
      } else if (line !== "" && !(head === "arff" && line.startsWith("%"))) {
        if (head === "arff" && line.startsWith("{")) {
          throw new UserError(`${place()}: expected one cell per attribute, found a sparse row`);
        }
        const cells = head === "arff" ? quotedCells(line) : line.split(",").map((cell) => cell.trim());
        if (!cells) throw new UserError(`${place()}: a quoted cell is never closed`);
        if (cells.length !== names.length) {
          throw new UserError(`${place()}: expected ${names.length} cells, found ${cells.length}`);
        }
        onRow(cells, place);
      }
      return true;
    }, { onBytes: (read) => bar?.update(Math.round(read / MB)) });
    await bar?.done();
    if (inHead) {
      throw new UserError(
        `${path}: expected ${head === "arff" ? "@data" : "rows"}, found the end of the file`,
      );
    }
  }
}

/** Progress for a file that takes more than a few seconds. */
async function barFor(path: string): Promise<Progress | undefined> {
  const size = (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
  return size < 20 * MB
    ? undefined
    : progress(Math.round(size / MB), { label: `reading ${basename(path)}, MB` });
}

/** OpenML calls the columns of a file without names V1, V2, ... */
function checkAttributes(path: string, found: readonly string[], expected: readonly string[]): void {
  if (found.length !== expected.length) {
    throw new UserError(`${path}: expected ${expected.length} attributes, found ${found.length}`);
  }
  const wrong = found.findIndex((name, i) => name !== expected[i] && name !== `V${i + 1}`);
  if (wrong < 0) return;
  throw new UserError(
    `${path}: expected attribute ${wrong + 1} to be "${expected[wrong]}", found "${found[wrong]}"`,
  );
}

const ATTRIBUTE = /^@attribute\s+('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S+)\s+(\S.*)$/i;

/** Reads the head of an ARFF file line by line. */
function arffHead() {
  const names: string[] = [];
  return {
    names,
    /** Takes a line; true once the data begin with the next one. @throws UserError, with `place()`, for any other line. */
    take(line: string, place: () => string): boolean {
      if (line === "" || line.startsWith("%") || /^@relation\b/i.test(line)) return false;
      if (/^@data$/i.test(line)) return true;
      const name = ATTRIBUTE.exec(line)?.[1];
      if (name === undefined) {
        throw new UserError(
          `${place()}: expected @relation, @attribute or @data, found "${line.slice(0, 60)}"`,
        );
      }
      names.push(unquoted(name));
      return false;
    },
  };
}

/** A cell that is quoted, a backslash before a quote not counting, or does not begin with a quote. */
const CELL = /\s*((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?!['"]))[^,]*?)\s*(,|$)/y;

/** The cells of a line of ARFF; undefined if a quote is not closed. */
function quotedCells(line: string): string[] | undefined {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (let separator: string | undefined = ","; separator === ",";) {
    const found = CELL.exec(line);
    if (!found) return undefined;
    cells.push(found[1]!);
    separator = found[2];
  }
  return cells;
}

/** What a cell says: without its quotes, the escapes within them and blanks at its ends. */
export function unquoted(cell: string): string {
  const isQuoted = /^(['"])[^]*\1$/.test(cell);
  return isQuoted ? cell.slice(1, -1).replaceAll(/\\(.)/g, "$1").trim() : cell;
}
