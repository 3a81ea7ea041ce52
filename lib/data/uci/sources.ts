import { join } from "node:path";
import { fetchFile } from "../download.ts";
import { placedFile } from "../placed_file.ts";
import type { OriginFile } from "./column_store.ts";
import { type EmbeddedRows, isEmbedded, type LargeFacts, type LargeFile, uciFacts } from "./facts.ts";
import type { RowFile } from "./read_rows.ts";

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
export async function presentChoice(
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
export async function obtain(choice: readonly Source[], folders: SourceFolders): Promise<RowFile[]> {
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
