import { ok } from "node:assert/strict";
import { findTestPlugin, noPlugin } from "../support/backend.ts";
import { kernelSection, kernelSupport, PAGE } from "./compatibility.ts";
import { count } from "./run.ts";
import { OTHER_SPECS, passSuite } from "./testing.ts";

Deno.test({
  name: "a sample of tfjs-core's own test suite, which runs every kernel, passes on xla",
  ignore: noPlugin,
  fn: async () => {
    const { path } = await findTestPlugin();
    const specs = await passSuite(path!, OTHER_SPECS);
    ok(count(specs).passed >= 450, `${count(specs).passed} specs passed`);
  },
});

Deno.test("the page of compatibility tells of the kernels that there are", async () => {
  const page = await Deno.readTextFile(PAGE);
  ok(page.includes(kernelSection()), "out of date: run 'deno task test:ops --write-table'");
  const missing = kernelSupport().filter(([, support]) => support === "missing").map(([name]) => name);
  ok(missing.length < 20, `missing: ${missing}`);
});
