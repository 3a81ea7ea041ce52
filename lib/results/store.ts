import { readBytes } from "../data/read.ts";
import { UserError } from "../errors.ts";
import { exists, writeAtomic } from "../files.ts";
import { recordName, type RunIdentity, type RunRecord, wrongField } from "./record.ts";
import { shownRecord, shownRecords } from "./shown.ts";

/** JSON has no NaN and no infinity; a measure that is one of them is kept as null. */
const finiteOrNull = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? null : value;

async function readRecord(path: string, name: string): Promise<RunRecord> {
  const text = new TextDecoder().decode(await readBytes(path, "record"));
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${path}: expected a record of a run, found broken JSON: ${(error as Error).message}; ` +
        `it is torn or something else: remove it, and its run is made again`,
    );
  }
  const wrong = wrongField(record);
  if (wrong === "format") {
    const found = JSON.stringify((record as Record<string, unknown>)["format"]);
    throw new UserError(
      `${path}: expected a record of format 2, found ${found}: it is of another version of this workspace; move it away`,
    );
  }
  if (wrong) throw new UserError(`${path}: expected a record of a run, but "${wrong}" is absent or wrong`);
  const expected = recordName(record as RunRecord);
  if (expected !== name) {
    throw new UserError(`${path}: the content belongs to ${expected}; it was renamed or edited`);
  }
  return shownRecord(record as RunRecord);
}

/**
 * Writes a record under the name that its identity gives, whole or not at all.
 *
 * @returns the path of the file
 * @throws UserError if it cannot be written; TypeError if something that every record has is absent.
 */
export async function writeRecord(folder: string, record: RunRecord): Promise<string> {
  const text = JSON.stringify(record, finiteOrNull, 2) + "\n";
  const wrong = wrongField(JSON.parse(text));
  if (wrong) throw new TypeError(`a record's "${wrong}" is absent or wrong`);
  const path = `${folder}/${recordName(record)}`;
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make the folder ${folder}: ${(error as Error).message}`);
  }
  await writeAtomic(path, text);
  return path;
}

/**
 * All records of a folder, ordered by file name; none if there is no such folder.
 *
 * @throws UserError naming a file that is no record, or whose name does not fit its content.
 */
export async function readRecords(folder: string): Promise<RunRecord[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(".json")) names.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new UserError(`${folder}: cannot read this folder of records: ${(error as Error).message}`);
  }
  return shownRecords(await Promise.all(names.sort().map((name) => readRecord(`${folder}/${name}`, name))));
}

/** The record of a run that is complete already. @throws UserError for a file that is no record */
export async function findRecord(folder: string, identity: RunIdentity): Promise<RunRecord | undefined> {
  const name = recordName(identity);
  if (!await exists(`${folder}/${name}`)) return undefined;
  const record = await readRecord(`${folder}/${name}`, name);
  return record.status === "complete" ? record : undefined;
}
