import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { encode } from "./encode.ts";
import { readBytes, sha256 } from "./read.ts";
import { fitSchema } from "./schema.ts";
import { classicalFigures, loadUci, readSplits, uciDigest, uciFacts, uciNames, uciPresent } from "./uci.ts";
import { isEmbedded } from "./uci/facts.ts";

const FOLDER = fileURLToPath(new URL("../../data/uci", import.meta.url));
const EMBEDDED = uciNames().map(uciFacts).filter(isEmbedded);
const SMALL = EMBEDDED.filter(({ n }) => n < 3000).map(({ name }) => name);

Deno.test("every small set loads, has the size and columns that are stated, and no missing cell", async () => {
  for (const name of SMALL) {
    const { facts, table } = await loadUci(name);
    assert.deepEqual([table.rows, table.columns.length], [facts.n, facts.d + 1], name);
    assert.equal(table.columns.at(-1)?.name, facts.target);
    const encoded = encode(table, fitSchema(table, { targets: [facts.target] }));
    assert.ok(encoded.missing.every((mark) => mark === 0), name);
    assert.ok(encoded.values.every(Number.isFinite), name);
  }
});

Deno.test("every committed data file has the checksum and size that are stated", async () => {
  for (const { file, splits, bytes, sha256: stated, splitsSha256 } of EMBEDDED) {
    const content = await readBytes(`${FOLDER}/${file}`, "data");
    assert.deepEqual([content.length, sha256(content)], [bytes, stated]);
    assert.equal(sha256(await readBytes(`${FOLDER}/${splits}`, "data")), splitsSha256);
  }
});

Deno.test("protein unpacks to the content that its gzip file had, poker-hand-train to UCI's training file", async () => {
  const protein = brotliDecompressSync(await Deno.readFile(`${FOLDER}/protein.csv.br`));
  assert.equal(
    sha256(Uint8Array.from(protein)),
    "5879f143cf15b2f59e63ddd413bc11417b1cd6ef311ff6f449b0aeb5b861e1f0",
  );
  const poker = gunzipSync(await Deno.readFile(`${FOLDER}/poker-hand-train.csv.gz`)).toString();
  const rows = poker.slice(poker.indexOf("\n") + 1).replaceAll("\n", "\r\n");
  // Publicly stated of poker-hand-training-true.data; see the README of data/uci.
  assert.equal(
    sha256(new TextEncoder().encode(rows)),
    "37becdf87d5f8cbf2b91d6471e965a25b86cb4a6d878c0f94a4025969fca464f",
  );
});

Deno.test("the ten sets of the paper are known, with the sizes of the reference", () => {
  const sizes = uciNames().map(uciFacts).filter(({ inPaper }) => inPaper).map((
    { name, n, d },
  ) => [name, n, d + 1]);
  assert.deepEqual(sizes, [
    ["yacht", 308, 7],
    ["boston-housing", 506, 14],
    ["breast-cancer", 569, 31],
    ["concrete", 1030, 9],
    ["protein", 45730, 10],
    ["kick", 72983, 33],
    ["income", 299285, 42],
    ["forest-cover", 581012, 55],
    ["poker-hand", 1025010, 11],
    ["higgs", 11000000, 29],
  ]);
  const categories = (name: string) => uciFacts(name).categorical.reference.length;
  assert.deepEqual(["kick", "forest", "poker", "higgs"].map(categories), [19, 45, 6, 1]);
});

Deno.test("target deviations are those that the official loaders state", async () => {
  const stated = {
    "boston-housing": 9.188011545278203,
    yacht: 15.135858907655322,
    concrete: 16.697630409134263,
  };
  for (const [name, deviation] of Object.entries(stated)) {
    const { facts, table } = await loadUci(name);
    const target = fitSchema(table, { targets: [facts.target] }).columns.at(-1)!;
    assert.ok(Math.abs(target.deviation - deviation) < 1e-9, `${name}: ${target.deviation}`);
  }
});

Deno.test("categorical columns have the class counts of the reference", async () => {
  const widths = async (name: string, columnTypes?: "natural") => {
    const { table } = await loadUci(name, { columnTypes });
    return table.columns.flatMap((column) => (column.kind === "categorical" ? [column.classes.length] : []));
  };
  assert.deepEqual(await widths("boston-housing"), [2, 9]);
  assert.deepEqual(await widths("yacht"), [5, 10, 8, 17, 10, 14]);
  assert.deepEqual(await widths("yacht", "natural"), [5, 10, 8, 17, 10]);
  assert.deepEqual(await widths("breast-cancer"), [2]);
});

Deno.test("the splits test every row once and have the sizes of the reference", async () => {
  for (const name of SMALL) {
    const folds = await readSplits(name);
    const { n } = uciFacts(name);
    assert.equal(folds.length, 10);
    const tested = new Set(folds.flatMap(({ test }) => [...test]));
    assert.equal(tested.size, n, name);
    for (const { train, val, test } of folds) assert.equal(train.length + val.length + test.length, n);
  }
  const [first] = await readSplits("boston");
  assert.deepEqual([first!.train.length, first!.val.length, first!.test.length], [353, 102, 51]);
});

Deno.test("a set is present if its files are there; a large one has no stored folds", async () => {
  const cache = await Deno.makeTempDir();
  try {
    assert.deepEqual(await Promise.all(["yacht", "kick"].map((name) => uciPresent(name, { cache }))), [
      true,
      false,
    ]);
    await Deno.writeTextFile(`${cache}/kick.arff`, "@data\n");
    assert.equal(await uciPresent("kick", { cache }), true);
    await assert.rejects(loadUci("kick", { cache }), /kick\.arff: expected 33 attributes, found 0/);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
  assert.equal(await uciDigest("yacht"), uciFacts("yacht").sha256);
  await assert.rejects(
    uciDigest("kick", { cache }),
    /kick: expected a set that was loaded before, found none/,
  );
  await assert.rejects(readSplits("kick"), /kick: expected a set with stored folds; use uciFolds/);
});

Deno.test("a set is found by the first word of its name, and an unknown one is refused with the nearest", async () => {
  assert.equal(uciFacts("poker").name, "poker-hand");
  assert.equal(uciFacts("Boston").name, "boston-housing");
  assert.equal(uciFacts("wine_red").name, "wine-red");
  await assert.rejects(loadUci("yatch"), /no data set "yatch"; nearest: yacht/);
});

Deno.test("a changed or absent data file is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(loadUci("yacht", { folder }), /yacht\.csv\.gz: no such data file/);
    const bytes = await Deno.readFile(`${FOLDER}/yacht.csv.gz`);
    bytes[100]! ^= 1;
    await Deno.writeFile(`${folder}/yacht.csv.gz`, bytes);
    await assert.rejects(
      loadUci("yacht", { folder }),
      /expected SHA-256 b73e3b8e\w{56}, found (?!b73e)\w{64}/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("classical figures name their method and settings", () => {
  const boston = classicalFigures("boston");
  assert.deepEqual(boston.map(({ model }) => model), ["constant", "knn", "xgboost", "mlp"]);
  assert.deepEqual(boston.map(({ mean }) => Math.round(mean * 100) / 100), [9.18, 3.79, 2.92, 2.92]);
  assert.match(
    classicalFigures("protein").find(({ model }) => model === "knn")!.settings,
    /chosen: n_neighbors=7/,
  );
  const metrics = new Set(classicalFigures("breast-cancer").map(({ metric }) => metric));
  assert.deepEqual([...metrics], ["accuracy", "logloss", "auroc"]);
});
