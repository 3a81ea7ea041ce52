import { deepEqual, equal, fail, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { readRecords, recordName } from "../results/mod.ts";
import { asProfile, KEPT_RECORDS, PROFILES } from "./profiles.ts";
import { EXPERIMENTS } from "./registry.ts";

for (const { name, notebook, settings, runs } of EXPERIMENTS) {
  Deno.test(`${name}: runs have ids that a shell takes as they are, and records of their own`, async () => {
    // Functions of a user's own have neither a notebook nor runs of their own.
    if (notebook !== "") await Deno.stat(join(ROOT, "notebooks", `${notebook}.ipynb`));
    for (const profile of PROFILES) {
      const own = await runs(settings(profile));
      ok(own.length > 0 || notebook === "");
      for (const { id } of own) {
        equal(id.split("/")[0], name);
        match(id, /^[a-z0-9._/-]+$/);
      }
      equal(new Set(own.map(({ id }) => id)).size, own.length);
      const records = own.flatMap(({ identity }) => identity ? [recordName(identity)] : []);
      equal(new Set(records).size, records.length);
    }
  });

  Deno.test(`${name}: the report of the kept records has titled tables and names no number`, async () => {
    const kept = (await readRecords(KEPT_RECORDS)).filter(({ experiment }) => experiment === name);
    for (const profile of PROFILES) {
      const own = kept.filter((record) => record.profile === profile);
      if (own.length === 0) continue;
      const { tables, verdict } = EXPERIMENTS.find((one) => one.name === name)!.report(own);
      for (const { title, rows } of Object.values(tables)) ok(title.length > 0 && rows.length > 0);
      ok(!/NaN|undefined/.test(verdict), verdict);
    }
  });

  Deno.test(`${name}: what made a kept record can be run again`, async () => {
    const kept = (await readRecords(KEPT_RECORDS)).filter(({ experiment }) => experiment === name);
    if (kept.length === 0) return;
    const { changesOf } = EXPERIMENTS.find((one) => one.name === name)!;
    for (const record of kept) {
      const candidates = await runs(settings(asProfile(record.profile), changesOf?.(record)));
      if (candidates.some(({ identity }) => identity && recordName(identity) === recordName(record))) return;
    }
    fail("no kept record is of a run that there is");
  });
}

/** Until when records may be of a tree with changes that no commit has. */
const LAST_UNCOMMITTED = "2026-11-29T10:03";

Deno.test("kept records are of a commit, but for old ones", async () => {
  const wrong = (await readRecords(KEPT_RECORDS))
    .filter(({ date, environment: { commit } }) =>
      date > LAST_UNCOMMITTED && !/^[0-9a-f]{40}$/.test(commit ?? "")
    )
    .map((record) => `${recordName(record)}: expected a commit, found ${record.environment.commit}`);
  deepEqual(wrong, []);
});
