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
} from "../../data/mod.ts";
import type { RunIdentity } from "../../results/mod.ts";
import type { Profile } from "../profiles.ts";
import { foldsOf, type UciSettings } from "./settings.ts";
import { type Run, runId } from "../experiment.ts";

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

/**
 * Fetches the sets that were asked for by name, so that nothing is found to be wanting after hours of training.
 *
 * @throws UserError for whatever is wrong with the files or the download of one
 */
export async function loadAsked({ datasets }: UciSettings): Promise<void> {
  for (const name of datasets) if (!await uciPresent(name)) await loadUci(name);
}

/** What a run on a set is known by; undefined for kick and income as long as they were not loaded: nobody vouches for their files. */
async function uciIdentity(identity: RunIdentity): Promise<RunIdentity | undefined> {
  const { name, sha256 } = identity.data;
  if (sha256 !== "unknown") return identity;
  const digest = await uciDigest(name).catch(() => undefined);
  return digest === undefined ? undefined : { ...identity, data: { name, sha256: digest } };
}

/** The same, after loading the set where that is what it takes. @throws UserError if it is not there */
async function knownData(identity: RunIdentity): Promise<RunIdentity> {
  const known = await uciIdentity(identity);
  if (known) return known;
  await loadUci(identity.data.name);
  return (await uciIdentity(identity))!;
}

/** What a run on a set needs, is known by and is called. */
interface UciRun {
  dataset: string;
  model: string;
  fold: number;
  seed: number;
  configuration: RunIdentity["configuration"];
}

/** The part of a run that is the same for all models. */
export async function uciRun(
  { dataset, model, fold, seed, configuration }: UciRun,
  profile: UciSettings["profile"],
): Promise<Pick<Run, "id" | "data" | "model" | "identity" | "identify" | "needs">> {
  const { name, sha256 } = uciFacts(dataset);
  const identity: RunIdentity = {
    experiment: "uci",
    profile,
    model,
    data: { name, sha256 },
    fold: { index: fold, of: foldsOf(name, profile) },
    seed,
    configuration,
  };
  return {
    id: runId("uci", name, model, `fold${fold}`),
    data: name,
    model,
    identity: await uciIdentity(identity),
    identify: () => knownData(identity),
    needs: await uciPresent(name) ? undefined : "files in data/cache/uci, which data/uci/README.md tells",
  };
}
