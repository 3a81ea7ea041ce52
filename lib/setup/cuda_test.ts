import type { Driver } from "@spin/xla/plugins";
import { equal, throws } from "node:assert/strict";
import { chooseVersion } from "./plugin.ts";

const driver = (cuda?: [number, number]): Driver =>
  cuda ? { cuda, gpus: 1, reason: "" } : { gpus: 0, reason: "no NVIDIA driver was found" };

Deno.test("the version of CUDA is the one that was asked for, else the newest that the driver runs", () => {
  equal(chooseVersion("12", driver()), "12");
  equal(chooseVersion("auto", driver([12, 8])), "12");
  equal(chooseVersion("auto", driver([13, 0])), "13");
  equal(chooseVersion("auto", driver([14, 1])), "13");
});

Deno.test("without a driver the version has to be chosen; an old driver is told as such", () => {
  throws(() => chooseVersion("auto", driver()), /^UserError: no NVIDIA driver was found, .* setup --cuda=13/);
  throws(() => chooseVersion("auto", driver([11, 4])), /runs CUDA 11\.4 at most; expected 12 or later/);
});
