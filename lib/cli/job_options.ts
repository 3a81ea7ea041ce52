/** What the commands for many runs have in common: `task jobs`, `job`, `plan`, `submit` and `gpu:paper`. */
import { textOption, texts } from "./main.ts";
import { relative } from "node:path";
import { knownName } from "../data/nearest.ts";
import type { Run } from "../experiments/experiment.ts";
import { LOCAL_RECORDS, type Profile, PROFILES } from "../experiments/profiles.ts";
import { chosenRuns, hasSteps } from "../experiments/registry.ts";
import { ROOT } from "../paths.ts";
import { findRecord } from "../results/mod.ts";
import { userPath } from "./user_path.ts";

export const PROFILE = textOption("NAME", "quick, or paper: the published settings");

export const RECORDS = textOption("DIR", "the folder of records (default: results/local/records)");

export const ONLY = texts(
  "NAME",
  "of this experiment alone, or the jobs that begin so (uci/yacht); may be given again",
);

export const STEPS = textOption("N", "training steps instead of the profile's");

/** @throws UserError for an unknown name, with the nearest ones */
export const profileOf = (name: string): Profile =>
  knownName(name, PROFILES, "--profile: there is no profile");

/** The folder of records that is meant, as an absolute path. */
export const recordsFolder = (given: string | undefined): string =>
  given === undefined ? LOCAL_RECORDS : userPath(given);

/** A word as a shell takes it, in quotes where it needs them. */
export const shellWord = (word: string): string =>
  /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A folder in words of a command that is run in the workspace: relative where it is inside, quoted where a shell needs it. */
export function folderWord(path: string): string {
  const inside = relative(ROOT, path);
  return shellWord(inside === "" ? "." : inside.startsWith("..") ? path : inside);
}

/** The words of a command that name a folder of records, with a space before them; none for the default one. */
export const recordsWords = (records: string): string =>
  records === LOCAL_RECORDS ? "" : ` --records ${folderWord(records)}`;

export const jobCommand = (id: string, profile: Profile, records: string, steps?: number): string =>
  `deno task job ${id} --profile ${profile}${recordsWords(records)}` +
  (steps === undefined ? "" : ` --steps ${steps}`);

/** A run as a command of its own. */
export interface Job {
  run: Run;
  command: string;
  /** Whether it is known to have its record; of a run without an identity it is not known. */
  recorded: boolean;
}

/** The jobs of a profile. @throws UserError as `chosenRuns` does, and for a file in `records` that is no record */
export async function jobsOf(
  profile: Profile,
  records: string,
  { only, steps }: { only?: readonly string[]; steps?: number } = {},
): Promise<Job[]> {
  const runs = await chosenRuns(profile, only, steps);
  return await Promise.all(runs.map(async (run) => ({
    run,
    command: jobCommand(run.id, profile, records, hasSteps(run, profile) ? steps : undefined),
    recorded: run.identity !== undefined && await findRecord(records, run.identity) !== undefined,
  })));
}

/** Why a job is not to be run; undefined if it is. */
export const leftOut = ({ run: { id, needs }, recorded }: Job): string | undefined =>
  needs ? `${id.split("/")[0]} needs ${needs}` : recorded ? "with a record" : undefined;
