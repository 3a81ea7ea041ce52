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
import type { Json, RunIdentity } from "../../results/mod.ts";
import type { Profile } from "../profiles.ts";
import { foldsOf, type UciSettings } from "./settings.ts";
import { type Run, runOf } from "../experiment.ts";

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

/** Fetches the sets that were asked for by name, lest one be found wanting after hours of training. */
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

/** A run on a set or one of its folds. @param own of `uci` unless it names another experiment */
export async function uciRun<Details extends Json = Json>(
  { dataset, profile, model, fold, seed, configuration, experiment = "uci", needs, ...own }:
    & Pick<RunIdentity, "model" | "seed" | "configuration">
    & { dataset: string; profile: Profile; fold: number | null; experiment?: string }
    & Pick<Run<Details>, "steps" | "execute" | "program" | "external" | "needs">,
): Promise<Run<Details>> {
  const { name, sha256 } = uciFacts(dataset);
  const run = runOf({
    ...own,
    experiment,
    words: [name, model, ...fold === null ? [] : [`fold${fold}`]],
    profile,
    data: name,
    model,
    of: { name, sha256 },
    fold: fold === null ? null : { index: fold, of: foldsOf(name, profile) },
    seed,
    configuration,
    needs: await uciPresent(name) ? needs : "files in data/cache/uci, which data/uci/README.md tells",
  });
  return { ...run, identity: await uciIdentity(run.identity), identify: () => knownData(run.identity) };
}
