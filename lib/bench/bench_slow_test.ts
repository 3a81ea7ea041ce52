import assert from "node:assert/strict";
import { findCpuPlugin } from "../engine/device.ts";
import { isEngine } from "./race.ts";
import { benchReport } from "./report.ts";
import { runBench } from "./run.ts";
import { processSize, SMALL, tableStep } from "./sizes.ts";
import { TFJS_PROGRAMS } from "./tfjs.ts";

const hasPlugin = (await findCpuPlugin()).path !== undefined;

Deno.test("The bench measures every program on every engine and reports it", async () => {
  const size = { ...SMALL, rows: 6, embedding: 4, columns: [0, 2, 0], f: 2, h: 2 };
  const engines = hasPlugin ? ["xla", "wasm", "cpu"] as const : ["wasm", "cpu"] as const;
  const effort = { rounds: 2, steps: 2, seconds: 60 };
  const said: string[] = [];
  const record = await runBench({
    comparisons: [
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
      ...TFJS_PROGRAMS.filter(({ label }) => label === "perceptron").map(({ group, label }) => ({
        group,
        label,
        config: { kind: "tfjs", group, label, seed: 7 } as const,
        engines: [...engines],
        effort,
      })),
    ],
    parity: {},
    calls: hasPlugin ? { buffers: [1, 3], calls: 8 } : null,
    threads: 1,
    seed: 7,
  }, (line) => said.push(line));
  assert.equal(record.seed, 7);
  for (const { config, timed, cold } of record.comparisons) {
    assert.deepEqual(timed.map(({ name }) => name), [...engines]);
    for (const { about, parameters, steps, median, min, rounds, facts } of timed) {
      assert.ok(isEngine(about) && parameters > 0 && min > 0 && median >= min && facts.firstStep > 0);
      assert.equal(steps, 4);
      assert.equal(rounds.length, 2);
      // The first process has compiled; this one found the program on disk. Small eager programs are not kept.
      if (about.engine === "xla" && config.kind !== "tfjs") {
        assert.ok(facts.memory!.temporary > 0 && facts.programs < cold!.programs);
      }
    }
    assert.equal(cold !== null, hasPlugin);
    if (cold) assert.ok(cold.compileSeconds > 0);
  }
  assert.deepEqual(record.calls.map(({ buffers }) => buffers), hasPlugin ? [1, 3] : []);
  const report = benchReport(JSON.parse(JSON.stringify(record)));
  for (const engine of engines) assert.match(report, new RegExp(`SPIN, ${engine} `));
  assert.match(report, /6 x 3, e=4, L=2/);
  assert.match(report, /5 \+ 3 points, batch 2/);
  assert.match(report, /perceptron, wasm /);
  assert.equal(said.length, hasPlugin ? 4 : 3);
});
