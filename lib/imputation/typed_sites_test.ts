import assert from "node:assert/strict";
import type { ImputedBatch } from "../data/genotypes/mod.ts";
import { merged } from "./typed_sites.ts";

const batch = (...positions: number[]): ImputedBatch => ({
  position: Int32Array.from(positions),
  id: positions.map(String),
  ref: positions.map(() => "A"),
  alt: positions.map(() => "C"),
  probabilities: Float32Array.from(positions.flatMap((position) => [position, position])),
  typed: positions.map((position) => position % 2),
});

Deno.test("batches are put together by position", async () => {
  async function* batches() {
    yield batch(10, 20, 21);
    await Promise.resolve();
    yield batch(30, 40);
  }
  const found: ImputedBatch[] = [];
  for await (const one of merged(batches(), [5, 15, 16, 20, 21, 35, 50].map((position) => batch(position)))) {
    found.push(one);
  }
  assert.deepEqual(found.flatMap(({ position }) => [...position]), [
    5,
    10,
    15,
    16,
    20,
    20,
    21,
    21,
    30,
    35,
    40,
    50,
  ]);
  for (const { position, id, probabilities, typed } of found) {
    assert.deepEqual(id, Array.from(position, String));
    assert.deepEqual([...probabilities], Array.from(position).flatMap((at) => [at, at]));
    assert.deepEqual(Array.from(typed), Array.from(position, (at) => at % 2));
  }
});
