/** What `task jobs`, `task job` and `task plan` have in common. */
import { textOption } from "./main.ts";
import { relative } from "node:path";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { LOCAL_RECORDS, type Profile, PROFILES } from "../experiments/profiles.ts";
import { ROOT } from "../paths.ts";
import { userPath } from "./user_path.ts";

export const PROFILE = textOption("NAME", "quick, or paper: the published settings");

export const RECORDS = textOption("DIR", "the folder of records (default: results/local/records)");

/** @throws UserError for an unknown name, with the nearest ones */
export function profileOf(name: string): Profile {
  const found = PROFILES.find((one) => one === name);
  if (!found) throw new UserError(`--profile: there is no profile ${unknown(name, [...PROFILES])}`);
  return found;
}

/** The folder of records that is meant, as an absolute path. */
export const recordsFolder = (given: string | undefined): string =>
  given === undefined ? LOCAL_RECORDS : userPath(given);

/** A folder in words of a command that is run in the workspace: relative where it is inside, quoted where a shell needs it. */
export function folderWord(path: string): string {
  const inside = relative(ROOT, path);
  const word = inside === "" ? "." : inside.startsWith("..") ? path : inside;
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export const jobCommand = (id: string, profile: Profile, records: string): string =>
  `deno task job ${id} --profile ${profile}` +
  (records === LOCAL_RECORDS ? "" : ` --records ${folderWord(records)}`);
