import assert from "node:assert/strict";
import { join } from "node:path";
import { uciFacts } from "./facts.ts";
import { columnsDigest, isPresent, readLarge } from "./large.ts";
import { factsOf, HIGGS, KICK, kickText, refuses, withFiles } from "./testing.ts";

Deno.test("columns are kept: read again without the files, made again when something has changed", async () => {
  await withFiles({ "HIGGS.csv.gz": HIGGS }, async (folders) => {
    const facts = factsOf("higgs", 40);
    const file = join(folders.cache, "HIGGS.csv.gz");
    const [store, index] = ["safetensors", "json"].map((end) =>
      join(folders.cache, `higgs.columns.${end}`)
    ) as [
      string,
      string,
    ];
    const table = await readLarge(facts, folders);
    const made = async () => (await Deno.stat(store)).ino;
    const first = await made();
    assert.deepEqual(await readLarge(facts, folders), table);
    assert.equal(await made(), first);
    const digest = await columnsDigest(facts, folders);
    assert.match(digest!, /^[0-9a-f]{64}$/);
    const bytes = await Deno.readFile(store);
    const last = bytes.length - 1;
    for (const torn of [bytes.subarray(0, 900), bytes.with(last, bytes[last]! ^ 1), new Uint8Array()]) {
      await Deno.writeFile(store, torn);
      assert.deepEqual(await readLarge(facts, folders), table);
    }
    await Deno.writeTextFile(index, "{");
    assert.deepEqual(await readLarge(facts, folders), table);
    assert.equal(await columnsDigest(facts, folders), digest);
    await Deno.writeTextFile(file, HIGGS.replaceAll("e+00", "e+01"));
    assert.notDeepEqual(await readLarge(facts, folders), table);
    assert.notEqual(await columnsDigest(facts, folders), digest);
    await Deno.remove(file);
    assert.ok(await isPresent(facts, folders));
    assert.equal((await readLarge(facts, folders)).rows, 40);
    const names = [...Deno.readDirSync(folders.cache)].map(({ name }) => name);
    assert.deepEqual(names.sort(), ["higgs.columns.json", "higgs.columns.lock", "higgs.columns.safetensors"]);
  });
});

Deno.test("what is wrong with a file is told before anything is kept", async () => {
  await withFiles({ "HIGGS.csv.gz": HIGGS }, async (folders) => {
    await refuses(readLarge(factsOf("higgs", 41), folders), /HIGGS\.csv\.gz: expected 41 rows, found 40/);
    await Deno.writeTextFile(join(folders.cache, "HIGGS.csv.gz"), HIGGS.replace("-6.", "x"));
    await refuses(
      readLarge(factsOf("higgs", 40), folders),
      /line \d+, column "\w+": expected a number, found "x/,
    );
    const names = [...Deno.readDirSync(folders.cache)].map(({ name }) => name);
    assert.deepEqual(names.sort(), ["HIGGS.csv.gz", "higgs.columns.lock"]);
    const known = uciFacts("higgs");
    await refuses(readLarge({ ...factsOf("higgs", 40), ...known }, folders), /expected 2816407858 bytes/);
  });
});

Deno.test("a file that nobody vouches for is asked for, and has to have the digest beside it", async () => {
  await withFiles({}, async (folders) => {
    assert.equal(await isPresent(factsOf("kick", 3), folders), false);
    await refuses(
      readLarge(factsOf("kick", 3), folders),
      /kick\.arff: no such file .*get kick\.arff from https:/,
    );
    await refuses(
      readLarge(factsOf("income", 3), folders),
      /census-income\.arff: no such file/,
      /census-income\.test/,
    );
    await Deno.writeTextFile(join(folders.cache, "kick.arff"), kickText(KICK));
    assert.equal(await isPresent(factsOf("kick", 3), folders), true);
    await Deno.writeTextFile(join(folders.cache, "kick.arff.sha256"), `${"0".repeat(64)}  kick.arff\n`);
    await refuses(readLarge(factsOf("kick", 3), folders), /expected SHA-256 0{64} as in the file beside it/);
  });
});
