import assert from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { BENCH_MODELS, type BenchModel, processSize, SMALL, tableStep } from "../bench/sizes.ts";
import { benchProcessStep, createTableStep } from "../bench/step.ts";
import { tensorsOf, twinTensors } from "./twin_tensors.ts";

for (const name of Object.keys(BENCH_MODELS) as BenchModel[]) {
  Deno.test(`Every weight of ${name} has its place in the twin, padding left out`, async () => {
    await useEngine("cpu");
    const config = tableStep(name, { ...SMALL, rows: 3 }, 1);
    const { model } = createTableStep(config);
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
  const config = tableStep("NPT", {
    ...SMALL,
    columns: [0, 2, 3],
    rows: 3,
    embedding: 2,
    heads: 1,
  }, 1);
  const { model } = createTableStep(config);
  const ours = await model.parameters.find(({ name }) => name === "embedding.categorical.weight")!.variable
    .data();
  const tensors = await twinTensors(model, config);
  // Ours is [column, class or token, e] padded to 3 classes; theirs is [e, classes + 1] of column 1.
  const { shape, data } = tensors.get("inp.1.weight")!;
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual([...data], [0, 2, 6, 1, 3, 7].map((at) => ours[at]));
  model.dispose();
});

Deno.test("IPNP's weights have the twin's names, matrices turned, with the tasks beside them", async () => {
  await useEngine("cpu");
  const config = { ...processSize(4, 3), batch: 2, width: 16, induce: 2, seed: 1 };
  const step = benchProcessStep(config);
  const tensors = await tensorsOf(step, config);
  assert.deepEqual(tensors.get("dec.fc.weight")!.shape, [16, 33]);
  assert.deepEqual(tensors.get("points.x")!.shape, [2, 7, 1]);
  assert.equal(tensors.size, step.parameters.length + 3);
  const { variable } = step.parameters.find(({ name }) => name === "dec.fc.weight")!;
  const ours = await variable.data();
  assert.equal(tensors.get("dec.fc.weight")!.data[1], ours[16]);
  step.parameters.forEach((parameter) => parameter.dispose());
});
