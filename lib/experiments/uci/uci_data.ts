import {
  encode,
  type EncodedTable,
  fitSchema,
  type Fold,
  loadUci,
  uciDigest,
  uciFacts,
  uciFolds,
  uciPresent,
  uciShares,
} from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import type { RunIdentity } from "../../results/mod.ts";
import type { Profile } from "../profiles.ts";

/**
 * The reference takes all inputs of yacht for categories; the classical figures, beside which a quick run stands, were
 * measured with its Froude number as a number.
 */
export const columnTypes = (profile: Profile) => profile === "paper" ? "reference" : "natural";

/**
 * A UCI set encoded for one of its folds: statistics of features from all rows (the reference's way), those of the target
 * from the train rows.
 */
export async function uciFold(
  dataset: string,
  profile: Profile,
  index: number,
): Promise<{ table: EncodedTable; fold: Fold }> {
  const { table: raw, facts } = await loadUci(dataset, { columnTypes: columnTypes(profile) });
  const fold = (await uciFolds(dataset, profile, raw))[index]!;
  const schema = fitSchema(raw, { targets: [facts.target], trainRows: fold.train, notify: () => {} });
  return { table: encode(raw, schema), fold };
}

/** How many folds a set has: the ten stored ones of a small set, else those of the reference. */
export function foldsOf(dataset: string, profile: Profile): number {
  const facts = uciFacts(dataset);
  const { test, testRows } = uciShares(facts);
  if (profile === "quick" && !("choices" in facts)) return 10;
  return testRows === undefined ? Math.trunc(1 / test) : 1;
}

/** The folds of a set that a profile runs: three of small sets for a quick look, those of the reference's commands (5.8). */
export const UCI_SETS: Record<Profile, Record<string, number>> = {
  quick: {
    "boston-housing": 3,
    "yacht": 3,
    "concrete": 3,
    "breast-cancer": 3,
    "energy": 3,
    "wine-red": 3,
  },
  paper: {
    "yacht": 10,
    "boston-housing": 10,
    "concrete": 10,
    "breast-cancer": 10,
    "protein": 5,
    "kick": 1,
    "income": 1,
    "poker-hand": 1,
    "forest-cover": 1,
    "higgs": 1,
  },
};

/**
 * How many folds of a set are run: as many as were asked for and there are, or for 0 the profile's number.
 *
 * @throws UserError for a number that is not whole or below 0
 */
export function foldCount(dataset: string, profile: Profile, asked: number): number {
  if (!(Number.isInteger(asked) && asked >= 0)) {
    throw new UserError(`folds: expected a whole number from 0, found ${asked}`);
  }
  return Math.min(asked || UCI_SETS[profile][dataset] || FOLDS, foldsOf(dataset, profile));
}

/** Of a set that its profile does not name. */
const FOLDS = 3;

export interface ChosenSets {
  datasets: string[];
  /** Sets of the profile that are left out, because their files are not there. */
  absent: string[];
}

/**
 * The sets that were asked for, or those of the profile as far as they are present. What was asked for is fetched now, so
 * that nothing is found to be wanting after hours of training.
 *
 * @throws UserError for an unknown set, and for whatever is wrong with the files or the download of one
 */
export async function chosenSets(profile: Profile, asked: readonly string[]): Promise<ChosenSets> {
  if (asked.length > 0) {
    const datasets = asked.map((name) => uciFacts(name).name);
    for (const name of datasets) {
      if (!await uciPresent(name)) await loadUci(name);
    }
    return { datasets, absent: [] };
  }
  const names = Object.keys(UCI_SETS[profile]);
  const present = await Promise.all(names.map((name) => uciPresent(name)));
  return { datasets: names.filter((_, i) => present[i]), absent: names.filter((_, i) => !present[i]) };
}

/** What a run on a set is known by; undefined for kick and income as long as they were not loaded: nobody vouches for their files. */
export async function uciIdentity(identity: RunIdentity): Promise<RunIdentity | undefined> {
  const { name, sha256 } = identity.data;
  if (sha256 !== "unknown") return identity;
  const digest = await uciDigest(name).catch(() => undefined);
  return digest === undefined ? undefined : { ...identity, data: { name, sha256: digest } };
}

/** The same, after loading the set where that is what it takes. @throws UserError if it is not there */
export async function knownData(identity: RunIdentity): Promise<RunIdentity> {
  const known = await uciIdentity(identity);
  if (known) return known;
  await loadUci(identity.data.name);
  return (await uciIdentity(identity))!;
}
