import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { stepRatio } from "../results/mod.ts";
import { race } from "./race.ts";
import { converse } from "./systems.ts";

/** A system that needs these seconds for its steps, one after the other. */
const played = (name: string, seconds: number[], log: string[]) => ({
  name,
  parameters: 1,
  about: { torch: "", threads: 1, device: "cpu" },
  steps(steps: number) {
    log.push(name);
    return Promise.resolve({ seconds: seconds.splice(0, steps), losses: [] });
  },
  facts: () =>
    Promise.resolve({ compileSeconds: 0, programs: 0, memory: null, resident: null, firstStep: 1 }),
  close: () => Promise.resolve(),
});

Deno.test("Systems take turns, their first steps are not counted, and a slow one leaves early", async () => {
  const log: string[] = [];
  const [fast, slow, slower] = await race([
    played("fast", [99, 99, 50, 1, 3, 50, 1, 5, 50, 2, 2], log),
    played("slow", [99, 99, 50, 30, 40], log),
    played("slower than its time", [99, 99, 60], log),
  ], { rounds: 3, steps: 2, seconds: 20 });
  const all = ["fast", "slow", "slower than its time"];
  assert.deepEqual(log, [...all, ...all, "fast", "fast"]);
  assert.deepEqual([fast!.median, fast!.min, fast!.steps], [2, 1, 6]);
  assert.deepEqual(fast!.rounds, [2, 3, 2]);
  assert.deepEqual([slow!.median, slow!.steps], [35, 2]);
  assert.deepEqual([slower!.median, slower!.steps], [60, 1]);
});

Deno.test("A ratio compares round with round, so that a slow stretch of the machine does not count", () => {
  assert.equal(stepRatio({ rounds: [1, 10, 1] }, { rounds: [2, 20, 2] }), 0.5);
  assert.equal(stepRatio({ rounds: [1] }, { rounds: [2, 20, 2] }), 0.5);
});

Deno.test("A process that ends without an answer is reported with its last words", async () => {
  const script = "console.error('no such module'); Deno.exit(3)";
  const talk = converse(Deno.execPath(), ["eval", script]);
  await assert.rejects(
    talk.ask({}),
    (error) => error instanceof UserError && /ended without an answer:\n.*no such module/.test(error.message),
  );
  await talk.close();
  assert.throws(() => converse("no-such-program", []), /no-such-program cannot be started/);
});
