import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { findPlugin } from "../setup/plugin.ts";
import { converse } from "./conversation.ts";
import { isEngine, race, ratio, type Timed } from "./race.ts";
import { benchReport } from "./report.ts";
import { runBench } from "./run.ts";
import { processSize, SMALL, tableStep } from "./sizes.ts";

const hasPlugin = (await findPlugin()).path !== undefined;

Deno.test("The bench measures every program on every engine and reports it", async () => {
  const size = { ...SMALL, rows: 6, embedding: 4, columns: [0, 2, 0], f: 2, h: 2 };
  const engines = hasPlugin ? ["xla", "wasm", "cpu"] as const : ["wasm", "cpu"] as const;
  const effort = { rounds: 2, steps: 2, seconds: 60 };
  const said: string[] = [];
  const record = await runBench({
    heats: [
      {
        group: "tiny",
        label: "SPIN",
        config: tableStep("SPIN, nested", size, 7),
        engines: [...engines],
        effort,
      },
      {
        group: "tiny",
        label: "IPNP",
        config: { ...processSize(5, 3), batch: 2, width: 16, induce: 2, seed: 7 },
        engines: [...engines],
        effort,
      },
    ],
    parity: {},
    calls: hasPlugin ? { buffers: [1, 3], calls: 8 } : null,
    threads: 1,
    seed: 7,
  }, (line) => said.push(line));
  assert.equal(record.seed, 7);
  for (const { timed, cold } of record.heats) {
    assert.deepEqual(timed.map(({ name }) => name), [...engines]);
    for (const { about, parameters, steps, median, min, rounds, facts } of timed) {
      assert.ok(isEngine(about) && parameters > 0 && min > 0 && median >= min && facts.firstStep > 0);
      assert.equal(steps, 4);
      assert.equal(rounds.length, 2);
      // The first process has compiled; this one found the program on disk.
      if (about.engine === "xla") assert.ok(facts.memory!.temporary > 0 && facts.programs < cold!.programs);
    }
    assert.equal(cold !== null, hasPlugin);
    if (cold) assert.ok(cold.compileSeconds > 0);
  }
  assert.deepEqual(record.calls.map(({ buffers }) => buffers), hasPlugin ? [1, 3] : []);
  const report = benchReport(JSON.parse(JSON.stringify(record)));
  for (const engine of engines) assert.match(report, new RegExp(`SPIN, ${engine} `));
  assert.match(report, /6 x 3, e=4, L=2/);
  assert.match(report, /5 \+ 3 points, batch 2/);
  assert.equal(said.length, hasPlugin ? 3 : 2);
});

/** A contender that needs these seconds for its steps, one after the other. */
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

Deno.test("Contenders take turns, their first steps are not counted, and a slow one leaves early", async () => {
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
  const timed = (rounds: number[]) => ({ rounds }) as Timed;
  assert.equal(ratio(timed([1, 10, 1]), timed([2, 20, 2])), 0.5);
  assert.equal(ratio(timed([1]), timed([2, 20, 2])), 0.5);
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
