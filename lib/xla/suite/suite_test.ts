import { deepEqual, ok } from "node:assert/strict";
import { noPlugin } from "../../engine/testing.ts";
import { findPlugin } from "../../setup/plugin.ts";
import { kernelSection, kernelSupport, PAGE } from "./compatibility.ts";
import { count, runSuite } from "./run.ts";
import { SKIPS } from "./skips.ts";

Deno.test({
  name: "tfjs-core's own test suite passes on xla, but for the specs that are named with a reason",
  ignore: noPlugin,
  fn: async () => {
    const { path } = await findPlugin();
    const { specs } = await runSuite({
      backend: "xla",
      plugin: path,
      skipped: SKIPS.map(({ name }) => name),
    });
    const failed = specs.filter(({ status }) => status === "failed");
    deepEqual(failed.map(({ name, errors }) => `${name}: ${errors[0]}`), []);
    ok(count(specs).passed >= 4150, `${count(specs).passed} specs passed`);
    const excluded = specs.filter(({ status }) => status === "excluded").map(({ name }) => name);
    deepEqual(excluded.sort(), SKIPS.map(({ name }) => name).sort(), "every skip names one spec that exists");
  },
});

Deno.test("the page of compatibility tells of the kernels that there are", async () => {
  const page = await Deno.readTextFile(PAGE);
  ok(page.includes(kernelSection()), "out of date: run 'deno task test:ops --write-table'");
  const missing = kernelSupport().filter(([, support]) => support === "missing").map(([name]) => name);
  ok(missing.length < 20, `missing: ${missing}`);
});
