import assert from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { createBenchStep } from "./step.ts";
import { BENCH_MODELS, type BenchModel, SMALL } from "./sizes.ts";
import { twinTensors } from "./twin_weights.ts";

for (const name of Object.keys(BENCH_MODELS) as BenchModel[]) {
  Deno.test(`Every weight of ${name} has its place in the twin, padding left out`, async () => {
    await useEngine("cpu");
    const config = { ...SMALL, ...BENCH_MODELS[name], rows: 3, seed: 1 };
    const { model } = createBenchStep(config);
    const tensors = [...await twinTensors(model, config)];
    const count = (entries: typeof tensors) => entries.reduce((sum, [, { data }]) => sum + data.length, 0);
    const cells = tensors.filter(([name]) => name.startsWith("cells."));
    const weights = tensors.filter(([name]) => !name.startsWith("cells."));
    assert.equal(cells.length, config.columns.length);
    assert.equal(count(weights), model.parameters.reduce((sum, { count }) => sum + count, 0));
    assert.ok(tensors.every(([, { shape, data }]) => shape.reduce((a, b) => a * b, 1) === data.length));
    model.dispose();
  });
}

Deno.test("The weights of a categorical column lie as PyTorch's Linear has them, the mask token last", async () => {
  await useEngine("cpu");
  const config = {
    ...SMALL,
    ...BENCH_MODELS["NPT"],
    columns: [0, 2, 3],
    rows: 3,
    embedding: 2,
    heads: 1,
    seed: 1,
  };
  const { model } = createBenchStep(config);
  const ours = await model.parameters.find(({ name }) => name === "embedding.categorical.weight")!.variable
    .data();
  const tensors = await twinTensors(model, config);
  // Ours is [column, class or token, e] padded to 3 classes; theirs is [e, classes + 1] of column 1.
  const { shape, data } = tensors.get("inp.1.weight")!;
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual([...data], [0, 2, 6, 1, 3, 7].map((at) => ours[at]));
  model.dispose();
});
