import { ok } from "node:assert/strict";
import { findTestPlugin, noPlugin } from "../support/backend.ts";
import { kernelSection, kernelSupport, PAGE } from "./compatibility.ts";
import { count } from "./run.ts";
import { passSuite } from "./testing.ts";

/** Specs of kernels that neither the first spec of a group runs nor its first one about gradients. */
const OTHER_SPECS = [
  "abs complex64 rank-1",
  "nonMaxSuppression NonMaxSuppressionPadded select from three clusters with pad five.",
  "nonMaxSuppression NonMaxSuppressionWithScore select from three clusters with SoftNMS",
  "stringToHashBucketFast one bucket maps values to zero",
];

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
