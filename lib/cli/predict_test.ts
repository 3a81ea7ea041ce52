import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { PREDICT, runPredict } from "./predict.ts";
import { type CommandOutcome, performIn } from "./support_test.ts";

const HEAD = "x,y,kind,price";
const rowsOf = (text: string) => text.trimEnd().split("\n").slice(1);
const table = (rows: string[], head = HEAD) => [head, ...rows].join("\n") + "\n";
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

const TRAIN = table(
  upTo(30).map((i) => [i % 7, Math.sin(i).toFixed(3), "abc"[i % 3], 2 * (i % 7) + i % 3].join(",")),
);
const TEST = table(
  upTo(6).map((i) => [i, Math.cos(i).toFixed(3), "cab"[i % 3], 2 * i + (i + 2) % 3].join(",")),
);
const USUAL = "--train train.csv --test test.csv --target price --out out.csv --steps 2";
/** The default model has members, which take several times as long. */
const SINGLE = `${USUAL} --model spin`;

interface Place {
  /** Runs the command here, in this process, on tfjs's cpu engine. */
  predict(words: string): Promise<CommandOutcome>;
  /** Runs `deno task predict` here, as a user types it. */
  predictTask(words: string, engine?: string): Promise<CommandOutcome>;
  path(name: string): string;
  read(name: string): Promise<string>;
  names(): string[];
}

/** A new folder with a training and a test table and the given files. */
async function inFolder(given: Record<string, string>, test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => join(folder, name);
  try {
    for (const [name, content] of Object.entries({ "train.csv": TRAIN, "test.csv": TEST, ...given })) {
      await Deno.writeTextFile(path(name), content);
    }
    await test({
      path,
      read: (name) => Deno.readTextFile(path(name)),
      names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      predict: (words) => performIn(folder, PREDICT, runPredict, words.split(" "), "cpu"),
      async predictTask(words, engine = "cpu") {
        const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["task", "--quiet", "--config", join(ROOT, "deno.json"), "predict", ...words.split(" ")],
          cwd: folder,
          env: { SPIN_ENGINE: engine, NO_COLOR: "1" },
        }).output();
        const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
        return { code, stdout: text(stdout), stderr: text(stderr) };
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("predict writes a number for every row in one column, and prints the scores", () =>
  inFolder({}, async ({ predictTask, read, names }) => {
    const { code, stdout, stderr } = await predictTask(USUAL, "");
    assert.equal(code, 0, stderr);
    const out = await read("out.csv");
    assert.equal(out.split("\n")[0], "prediction");
    assert.equal(rowsOf(out).length, 6);
    assert.ok(rowsOf(out).every((row) => Number.isFinite(Number(row))));
    assert.match(
      stdout,
      /validation rmse [\d.]+.*compiled in.*trained in.*test rmse [\d.]+.*predicted 6 rows/,
    );
    assert.match(
      stdout,
      /train\.csv: 30 rows, 4 columns[^]*\nx +numeric +0 to 6, mean [\d.]+ +0\n[^]*kind +categorical +3: a, b, c +0\n/,
    );
    assert.match(stderr, /training: 2 in/);
    assert.deepEqual(names(), ["out.csv", "test.csv", "train.csv"]);
  }));

Deno.test("predict with equal seeds writes equal bytes, and keeps the order of the rows", () =>
  inFolder({ "back.csv": table(rowsOf(TEST).reverse()) }, async ({ predict, predictTask, read }) => {
    const usual = (name: string, seed: number) => SINGLE.replace("out.csv", name) + ` --seed ${seed}`;
    await predictTask(usual("a", 5));
    await predict(usual("b", 5));
    await predict(usual("c", 6));
    await predict(usual("d", 5).replace("test.csv", "back.csv"));
    const first = await read("a");
    assert.equal(await read("b"), first);
    assert.notEqual(await read("c"), first);
    assert.deepEqual(rowsOf(await read("d")), rowsOf(first).reverse());
  }));

Deno.test("predict writes classes with their probabilities, and the test table needs no target", () => {
  const without = TEST.split("\n").map((line) => line.split(",").toSpliced(2, 1).join(",")).join("\n");
  return inFolder({ "test.csv": without }, async ({ predict, read }) => {
    const { code, stdout, stderr } = await predict(
      "--train train.csv --test test.csv --target kind --out out.csv --steps 2 --model npt",
    );
    assert.equal(code, 0, stderr);
    const out = await read("out.csv");
    assert.equal(out.split("\n")[0], "prediction,probability_a,probability_b,probability_c");
    assert.equal(rowsOf(out).length, 6);
    for (const row of rowsOf(out)) {
      const [label, ...cells] = row.split(",");
      const p = cells.map(Number);
      assert.ok(Math.abs(p.reduce((a, b) => a + b, 0) - 1) < 1e-6, row);
      assert.equal(label, "abc"[p.indexOf(Math.max(...p))]);
    }
    assert.match(stdout, /validation accuracy/);
    assert.doesNotMatch(stdout, /test accuracy/);
  });
});

Deno.test("predict with a saved model gives the same without its training table, and refuses a damaged one", () =>
  inFolder({}, async ({ predict, read, path, names }) => {
    const trained = await predict(USUAL + " --save model.safetensors");
    assert.equal(trained.code, 0, trained.stderr);
    const load = "--load model.safetensors --test test.csv --out again.csv";
    const loaded = await predict(load);
    assert.equal(loaded.code, 0, loaded.stderr);
    assert.equal(await read("again.csv"), await read("out.csv"));
    assert.match(loaded.stdout, /validation rmse .*test rmse/);

    await Deno.remove(path("again.csv"));
    const bytes = await Deno.readFile(path("model.safetensors"));
    bytes[bytes.length - 100]! ^= 4;
    await Deno.writeFile(path("model.safetensors"), bytes);
    const damaged = await predict(load);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /^[^\n]*model\.safetensors: [^\n]*checksum[^\n]*damaged\n$/);
    assert.ok(!names().includes("again.csv"));
  }));

const drop = (name: string) => {
  const at = HEAD.split(",").indexOf(name);
  return TEST.split("\n").map((line) => line.split(",").toSpliced(at, 1).join(",")).join("\n");
};
const edit = (text: string, line: number, to: string) =>
  text.split("\n").map((old, at) => (at === line - 1 ? to : old)).join("\n");

/** What is wrong, the files that differ from the usual ones, the command, and the message. */
const BAD: [what: string, given: Record<string, string>, words: string, message: RegExp][] = [
  [
    "prices with commas",
    { "train.csv": TRAIN.replace(/(\d+)$/gm, '"$1,250,000"') },
    USUAL,
    /line 2, column "price": .*; write such numbers as \d+, or name the column in --categorical/,
  ],
  [
    "an infinity",
    { "train.csv": edit(TRAIN, 5, "inf,0.1,a,2") },
    USUAL,
    /found "inf"; --missing can name it/,
  ],
  [
    "a target of names",
    { "train.csv": TRAIN.replace(/(\d+)$/gm, (_, __, at) => `n${at}`) },
    USUAL,
    /each of its 30 classes occurs once/,
  ],
  [
    "a ragged row",
    { "train.csv": edit(TRAIN, 4, "1,2,a") },
    USUAL,
    /train\.csv, line 4: expected 4 cells.*found 3/,
  ],
  [
    "a text in a numeric column",
    { "train.csv": edit(TRAIN, 5, "four,0.1,a,2") },
    USUAL,
    /train\.csv, line 5, column "x": expected a number, found "four".*--categorical/,
  ],
  [
    "a text in a numeric column of the test table",
    { "test.csv": edit(TEST, 3, "1,two,a,2") },
    USUAL,
    /test\.csv, line 3, column "y": expected a number, found "two"/,
  ],
  [
    "an unknown target",
    {},
    USUAL.replace("price", "prise"),
    /train\.csv: no target column "prise"; known: price/,
  ],
  ["an unknown declared column", {}, USUAL + " --categorical z", /no column "z"/],
  ["an empty file", { "train.csv": "" }, USUAL, /train\.csv: expected a table, found an empty file/],
  ["a header alone", { "train.csv": HEAD + "\n" }, USUAL, /train\.csv: expected rows below the header/],
  [
    "a test table without rows",
    { "test.csv": HEAD + "\n" },
    USUAL,
    /test\.csv: expected rows below the header/,
  ],
  ["a test table that lacks a column", { "test.csv": drop("y") }, USUAL, /test\.csv: expected a column "y"/],
  [
    "a constant target",
    { "train.csv": TRAIN.replace(/[\d.]+$/gm, "1") },
    USUAL,
    /target "price": nothing to learn/,
  ],
  [
    "a class seen only in test",
    { "test.csv": TEST.replace(",b,", ",q,") },
    USUAL,
    /test\.csv, line \d, column "kind": class "q" never occurs in training.*--unseen-as-missing/,
  ],
  [
    "a label seen only in test",
    { "test.csv": TEST.replace(",b,", ",q,") },
    USUAL.replace("price", "kind"),
    /test\.csv, line \d, target "kind": class "q".*never occurs in training/,
  ],
  [
    "one row",
    { "train.csv": TRAIN.split("\n").slice(0, 2).join("\n") },
    USUAL,
    /at least 5 rows with a value of the target "price", found 1/,
  ],
  ["no label at all", { "train.csv": TRAIN.replace(/[\d.]+$/gm, "") }, USUAL, /at least 5 rows .*found 0/],
  [
    "a model that is none",
    { "m": TRAIN },
    "--load m --test test.csv --out out.csv",
    /m: expected a safetensors file/,
  ],
  ["no such table", {}, USUAL.replace("train.csv", "tran.csv"), /tran\.csv: no such table file/],
  [
    "an output in no folder",
    {},
    USUAL.replace("out.csv", "no/out.csv"),
    /--out .*no\/out\.csv: there is no folder/,
  ],
  [
    "an output in a closed folder",
    {},
    USUAL.replace("out.csv", "/proc/out.csv"),
    /--out \/proc\/out\.csv: .*cannot be/,
  ],
  [
    "an output that is a folder",
    {},
    USUAL.replace("out.csv", "/"),
    /--out \/: expected a file, found a folder/,
  ],
  [
    "an output over an input",
    {},
    USUAL.replace("out.csv", "./test.csv"),
    /--out and --test are the same file/,
  ],
  ["an output over the model", {}, USUAL + " --save out.csv", /--save and --out are the same file/],
  ["a target named twice", {}, USUAL + " --target x", /--target was given 2 times: price, x/],
  ["no target named", {}, USUAL.replace("--target price ", ""), /needs --target/],
  [
    "no steps",
    {},
    USUAL.replace("steps 2", "steps 0"),
    /--steps: expected a whole number of 1 or more, found "0"/,
  ],
  [
    "an unknown model",
    {},
    USUAL + " --model xgboost",
    /--model: expected one of spin-context, spin, npt.*found "xgboost"/,
  ],
  ["training beside a kept model", {}, USUAL + " --load m", /--load .* does not go with --train, --steps/],
];

Deno.test("predict answers bad input with one clear line, exit code 1 and no file", async (t) => {
  for (const [what, given, words, message] of BAD) {
    await t.step(what, () =>
      inFolder(given, async ({ predict, names, read }) => {
        const before = names();
        const { code, stderr } = await predict(words);
        assert.equal(code, 1, stderr);
        assert.match(stderr, message);
        assert.equal(stderr.trim().split("\n").length, 1, stderr);
        assert.deepEqual(names(), before);
        assert.equal(await read("test.csv"), given["test.csv"] ?? TEST);
      }));
  }
});

Deno.test("predict goes on with what only calls for a remark", () => {
  const train = edit(TRAIN.replace(/,([^,\n]+)$/gm, ",$1,7"), 1, HEAD + ",same");
  const test = edit(TEST.replace(/,([^,\n]+)$/gm, ",$1,7"), 1, HEAD + ",same");
  return inFolder(
    { "train.csv": edit(train, 3, "1,?,-,,7"), "test.csv": edit(test, 3, "?,1,q,1,8") },
    async ({ predict, read }) => {
      const { code, stderr } = await predict(
        SINGLE + " --unseen-as-missing --missing -",
      );
      assert.equal(code, 0, stderr);
      assert.match(stderr, /note: .*column "same": its only value is "7"; it is left out/);
      assert.match(stderr, /note: .*1 of 24 train rows have no label/);
      assert.match(stderr, /note: .*column "kind": 1 of 6 cells .*\("q"\); they count as missing/);
      assert.equal(rowsOf(await read("out.csv")).length, 6);
    },
  );
});

Deno.test("predict trains on a very small table without validation rows, and says so", () =>
  inFolder({ "train.csv": table(rowsOf(TRAIN).slice(0, 8)) }, async ({ predict, read }) => {
    const { code, stdout, stderr } = await predict(SINGLE);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /8 labelled rows are too few to set validation rows aside/);
    assert.doesNotMatch(stdout, /validation rmse/);
    assert.equal(rowsOf(await read("out.csv")).length, 6);
  }));
