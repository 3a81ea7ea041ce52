import { join } from "node:path";
import { UserError } from "../errors.ts";
import { LOCAL, ROOT } from "../paths.ts";

/** `quick`: honest but small, minutes on two cores. `paper`: the published settings. */
export const PROFILES = ["quick", "paper"] as const;
export type Profile = (typeof PROFILES)[number];

/** @throws UserError for an unknown name. */
export function asProfile(name: string): Profile {
  if (PROFILES.includes(name as Profile)) return name as Profile;
  throw new UserError(`profile: expected ${PROFILES.join(" or ")}, found "${name}"`);
}

/** Where runs on this machine keep their records. */
export const LOCAL_RECORDS = join(LOCAL, "records");

/** Records of the first steps of kept runs, which `reproduce` compares. */
export const LOCAL_BEGINNINGS = join(LOCAL, "beginnings");

/** Where trainings under way keep their states, and finished ones their weights. */
export const LOCAL_CHECKPOINTS = join(LOCAL, "checkpoints");
export const LOCAL_WEIGHTS = join(LOCAL, "weights");

/** Records that are committed: what README and the committed notebooks show. */
export const KEPT_RECORDS = join(ROOT, "results", "records");

/** Weights that are committed, of runs that are among the kept records. */
export const KEPT_WEIGHTS = join(ROOT, "results", "weights");
