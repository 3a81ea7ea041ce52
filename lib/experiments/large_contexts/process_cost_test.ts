import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import { UserError } from "../../errors.ts";
import { DEFAULT_SIZE, stepTimes } from "./process_cost.ts";
import { leastBytes, scoreEntries } from "./process_cost_estimate.ts";
import { asCostModels, type StepSize } from "./process_cost_step.ts";

const SIZE: StepSize = { ...DEFAULT_SIZE, context: 200, targets: 8, induce: 4, width: 16 };

xlaTest("steps are compiled, then timed in turns, and the estimate is below what is compiled", async () => {
  const costs = await stepTimes(["canp", "ipnp-chunked"], SIZE);
  deepEqual(costs.map(({ model, beyond }) => [model, beyond]), [["canp", null], ["ipnp-chunked", null]]);
  for (const { peak, temporary, arguments: given, least, seconds, steps, parameters } of costs) {
    ok(seconds! > 0 && steps > 1 && parameters > 0);
    ok(peak! > least && peak! >= temporary! && peak! >= given!);
  }
  ok(costs[0]!.least > 0.3 * costs[0]!.temporary!, `${costs[0]!.least} of ${costs[0]!.temporary}`);
});

xlaTest(
  "a step beyond the budget does not run, and is not compiled where its scores alone exceed it",
  async () => {
    const { least, peak } = (await stepTimes(["canp"], SIZE))[0]!;
    const compiled = await stepTimes(["canp"], SIZE, { budget: { bytes: peak! - 1, seconds: 9 } });
    deepEqual([compiled[0]!.peak, compiled[0]!.seconds, compiled[0]!.beyond], [peak, null, "memory"]);
    const estimated = await stepTimes(["canp"], SIZE, { budget: { bytes: least - 1, seconds: 9 } });
    deepEqual([estimated[0]!.peak, estimated[0]!.seconds, estimated[0]!.beyond], [null, null, "memory"]);
    const slow = await stepTimes(["canp"], SIZE, { budget: { bytes: 1e9, seconds: 0 } });
    ok(slow[0]!.seconds! > 0);
    equal(slow[0]!.beyond, "time");
  },
);

Deno.test("scores are counted by the published formulas, and none where they are never all there", () => {
  const size = { ...SIZE, context: 10, targets: 2, samples: 4 };
  const entries = (["canp", "anp", "banp", "cipnp", "ipnp", "ipnp-chunked", "cnp"] as const)
    .map((model) => scoreEntries(model, size));
  deepEqual(entries, [320, 464, 2800, 128, 176, 0, 0]);
  equal(leastBytes("anp", { ...size, batch: 3 }), 464 * 8 * 3 * 4);
});

Deno.test("a model that is not known is named, with the nearest ones", () => {
  deepEqual(asCostModels(["ipnp-chunked", "tnpd"]), ["ipnp-chunked", "tnpd"]);
  throws(
    () => asCostModels(["ipnp-chunk"]),
    (error) => error instanceof UserError && /ipnp-chunk/.test(error.message),
  );
});
