import { deepEqual, ok } from "node:assert/strict";
import { findTestPlugin, noPlugin } from "../support/backend.ts";
import { count } from "./run.ts";
import { SKIPS } from "./skips.ts";
import { passSuite } from "./testing.ts";

Deno.test({
  name: "tfjs-core's own test suite passes on xla, but for the specs that are named with a reason",
  ignore: noPlugin,
  fn: async () => {
    const { path } = await findTestPlugin();
    const specs = await passSuite(path!);
    ok(count(specs).passed >= 4150, `${count(specs).passed} specs passed`);
    const excluded = specs.filter(({ status }) => status === "excluded").map(({ name }) => name);
    deepEqual(excluded.sort(), SKIPS.map(({ name }) => name).sort(), "every skip names one spec that exists");
  },
});
