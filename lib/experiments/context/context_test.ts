import { deepEqual, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { useEngine } from "../../engine/mod.ts";
import { noPlugin } from "../../engine/support_test.ts";
import { ROOT } from "../../paths.ts";
import { readRecords } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { run } from "../run.ts";
import { context } from "./run.ts";

Deno.test({
  name: "a model is trained, and predicts from changed contexts",
  ignore: noPlugin,
  async fn() {
    await useEngine("xla");
    const records = await Deno.makeTempDir();
    const settings = context.settings("quick", {
      datasets: "yacht",
      models: "spin",
      lookup: "npt",
      steps: 2,
    });
    const [record, probe] = await run(context, settings, { records });
    const { errors } = record!.details;
    deepEqual(errors.map(({ change }) => change).slice(0, 3), [
      "as trained",
      "labels permuted",
      "rows permuted",
    ]);
    ok(errors.length === 6 && errors.every(({ error }) => error > 0));
    ok(probe!.data.name === "lookup of copies" && probe!.metrics["error"]! > 0.5);
    await Deno.remove(records, { recursive: true });
  },
});

Deno.test("a permuted context is said to matter where it costs a tenth of the error", () => {
  const of = (name: string, permuted: number) =>
    recordOf({
      experiment: "context",
      data: { name, sha256: "ab" },
      metrics: { error: 2, labelsPermuted: permuted },
      details: {
        errors: [{ change: "as trained", error: 2 }, { change: "labels permuted", error: permuted }],
      },
    });
  const { verdict, tables } = context.report([of("yacht", 2.3), of("energy", 2)]);
  match(verdict, /spin: .* by 7\.2 % \(geometric mean of 2 sets\); by 10 % or more on yacht\./);
  deepEqual(tables["effects"]!.rows.map(({ cells }) => cells[1]!.text), ["2.00", "2.30"]);
});

Deno.test("the lookup probe is told by itself", () => {
  const record = (model: string, error: number, permuted: number) =>
    recordOf({
      experiment: "context",
      model,
      data: { name: "lookup of copies", sha256: "ab" },
      metrics: { error, labelsPermuted: permuted },
      details: { errors: [{ change: "as trained", error }, { change: "labels permuted", error: permuted }] },
    });
  const { verdict, tables } = context.report([record("npt", 0.2, 1.3), record("spin", 1, 1)]);
  match(
    verdict,
    /^- Asked for .*: error spin 1\.00 \(1\.00 .*\), npt 0\.20 \(1\.30 with permuted labels\); a parametric/,
  );
  deepEqual(tables["effects"]!.rows.length, 2);
});

Deno.test("the README says of the context what its records say", async () => {
  const { verdict } = context.report(await readRecords(KEPT_RECORDS));
  ok(
    (await Deno.readTextFile(join(ROOT, "README.md"))).includes(verdict),
    `expected in README.md:\n${verdict}`,
  );
});
