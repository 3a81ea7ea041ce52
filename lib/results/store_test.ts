import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { environment, peakResidentBytes } from "./environment.ts";
import { canonicalJson, recordName } from "./record.ts";
import { findRecord, readRecords, writeRecord } from "./store.ts";
import { recordOf } from "./support_test.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

Deno.test("records come back as they were written, in the order of their names", () =>
  inFolder(async (folder) => {
    const records = [0, 1, 2].map((index) => recordOf({ fold: { index, of: 10 } }));
    for (const record of records.toReversed()) await writeRecord(`${folder}/uci/quick`, record);
    assert.deepEqual(await readRecords(`${folder}/uci/quick`), records);
    assert.deepEqual(await readRecords(`${folder}/none`), []);
  }));

Deno.test("a run is found by what identifies it, whatever the order of its options", () =>
  inFolder(async (folder) => {
    const record = recordOf();
    await writeRecord(folder, record);
    const { optimiser, layers, e } = record.configuration;
    const same = { ...record, configuration: { optimiser: optimiser!, e: e!, layers: layers! } };
    assert.equal(recordName(same), recordName(recordOf({ date: "2030-01-01T00:00:00.000Z", metrics: {} })));
    assert.deepEqual(await findRecord(folder, same), record);
    for (
      const other of [
        { seed: 2 },
        { fold: null },
        { fold: { index: 0, of: 5 } },
        { model: "npt" },
        { profile: "paper" },
        { data: { name: "yacht", sha256: "ac" } },
        { configuration: { ...record.configuration, e: 33 } },
      ]
    ) {
      assert.equal(await findRecord(folder, { ...record, ...other }), undefined, JSON.stringify(other));
    }
  }));

Deno.test("a failed run is kept but runs again, and its complete record replaces it", () =>
  inFolder(async (folder) => {
    await writeRecord(folder, recordOf({ status: "failed", reason: "the loss was NaN at step 12" }));
    assert.equal(await findRecord(folder, recordOf()), undefined);
    await writeRecord(folder, recordOf());
    assert.deepEqual(await readRecords(folder), [recordOf()]);
  }));

Deno.test("many may write the same record at once: it is whole at any moment, and nothing else stays", () =>
  inFolder(async (folder) => {
    await writeRecord(folder, recordOf());
    const writers = Array.from({ length: 20 }, () => writeRecord(folder, recordOf()));
    const readers = Array.from({ length: 20 }, () => readRecords(folder));
    for (const records of await Promise.all(readers)) assert.deepEqual(records, [recordOf()]);
    assert.equal(new Set(await Promise.all(writers)).size, 1);
    assert.equal([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("a measure that is not a finite number is kept as null", () =>
  inFolder(async (folder) => {
    await writeRecord(folder, recordOf({ metrics: { rmse: NaN, accuracy: 0.5 } }));
    assert.deepEqual((await readRecords(folder))[0]?.metrics, { rmse: null, accuracy: 0.5 });
  }));

Deno.test("a file that is no record is named, with what is wrong", () =>
  inFolder(async (folder) => {
    const path = await writeRecord(folder, recordOf());
    const text = await Deno.readTextFile(path);
    const refuses = async (content: string, message: RegExp) => {
      await Deno.writeTextFile(path, content);
      await assert.rejects(readRecords(folder), (error) => {
        assert.ok(error instanceof UserError && error.message.startsWith(path), String(error));
        assert.match(error.message, message);
        return true;
      });
    };
    await refuses(text.slice(0, 100), /broken JSON: .*; it is torn or something else: remove it/);
    await refuses("", /broken JSON/);
    await refuses("[]", /the whole content/);
    await refuses(text.replace('"steps": 2000', '"steps": "many"'), /"steps" is absent or wrong/);
    await refuses(text.replace('"compile": 2', '"compile": -2'), /"seconds" is absent or wrong/);
    await refuses(
      text.replace('"seed": 1', '"seed": 7'),
      /the content belongs to uci_quick_yacht_spin_fold0_seed7_/,
    );
    await assert.rejects(writeRecord(folder, recordOf({ steps: NaN })), /"steps" is absent or wrong/);
  }));

Deno.test("canonical JSON sorts keys at every depth and keeps the order of lists", () => {
  assert.equal(
    canonicalJson({ b: [2, { d: null, c: "x" }], a: true }),
    '{"a":true,"b":[2,{"c":"x","d":null}]}',
  );
});

Deno.test("the environment tells versions, commit and machine, and nothing else", async () => {
  const found = await environment();
  assert.equal(found.versions["deno"], Deno.version.deno);
  assert.match(found.versions["@tensorflow/tfjs-core"] ?? "", /^\d+\.\d+\.\d+$/);
  assert.ok(found.cores >= 1 && found.memoryBytes > 2 ** 28);
  assert.match(found.commit ?? "0".repeat(40), /^[0-9a-f]{40}\+?$/);
  assert.deepEqual(Object.keys(found), ["versions", "commit", "system", "cpu", "cores", "memoryBytes"]);
  assert.ok(await peakResidentBytes() > 2 ** 20);
});
