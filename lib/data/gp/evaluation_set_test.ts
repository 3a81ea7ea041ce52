import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { evaluationSet, type EvaluationSpec } from "./evaluation_set.ts";

const SPEC: EvaluationSpec = {
  kernel: "periodic",
  context: [3, 5],
  target: [2, 4],
  seed: 0,
  batches: 4,
  batch: 2,
};

function inFolder(name: string, test: (folder: string) => Promise<void>): void {
  Deno.test(name, async () => {
    await useEngine("cpu");
    const folder = await Deno.makeTempDir();
    try {
      await test(`${folder}/sets`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

inFolder("an evaluation set is made once and read from then on", async (folder) => {
  const done: number[] = [];
  const made = await evaluationSet(SPEC, { folder, onBatch: (at) => done.push(at) });
  deepEqual([made.stored, ...done], [false, 1, 2, 3, 4]);
  const read = await evaluationSet(SPEC, { folder, onBatch: () => done.push(0) });
  deepEqual([read.stored, done.length], [true, 4]);
  for (let i = 0; i < 4; i++) {
    const { context, target, x, y, length, scale, period } = read.at(i);
    deepEqual(read.at(i), made.at(i));
    ok(context >= 3 && context <= 5 && target >= 2 && target <= 4);
    deepEqual([x.length, y.length], [2 * (context + target), 2 * (context + target)]);
    ok([...x, ...y, ...length, ...scale, ...period].every(Number.isFinite));
  }
  throws(() => read.at(4), /batch 4 of 4/);
});

inFolder("other seeds and kernels are other sets", async (folder) => {
  const first = (await evaluationSet(SPEC, { folder })).at(0);
  const changes: Partial<EvaluationSpec>[] = [{ seed: 1 }, { kernel: "rbf" }];
  for (const change of changes) {
    const other = await evaluationSet({ ...SPEC, ...change }, { folder });
    equal(other.stored, false);
    ok(other.at(0).y.some((value, i) => value !== first.y[i]));
  }
  const rbf = (await evaluationSet({ ...SPEC, kernel: "rbf" }, { folder })).at(0);
  ok(rbf.period.every(Number.isNaN));
});

inFolder("a file that is changed or torn is made again", async (folder) => {
  const { path, at } = await evaluationSet(SPEC, { folder });
  const bytes = await Deno.readFile(path);
  const changed = bytes.slice();
  changed[changed.length - 1]! ^= 1;
  for (const content of [changed, bytes.subarray(0, 200), new Uint8Array()]) {
    await Deno.writeFile(path, content);
    const again = await evaluationSet(SPEC, { folder });
    equal(again.stored, false);
    deepEqual(again.at(3), at(3));
  }
  deepEqual(await Deno.readFile(path), bytes);
});

inFolder(
  "making a set can be stopped, and leaves no file; ranges that are none are refused",
  async (folder) => {
    const stop = new AbortController();
    const making = evaluationSet(SPEC, { folder, signal: stop.signal, onBatch: () => stop.abort() });
    await rejects(making, { name: "AbortError" });
    await rejects(Deno.stat(folder), Deno.errors.NotFound);
    await rejects(evaluationSet({ ...SPEC, context: [0, 1] }, { folder }), UserError);
  },
);
