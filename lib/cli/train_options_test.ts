import { deepEqual, equal, throws } from "node:assert/strict";
import { parseTrainOptions } from "./train.ts";

Deno.test("what is not said is the quick profile of CIPNP on the experiment's own counts", () => {
  const options = parseTrainOptions("gp", {});
  equal(options.model, "cipnp");
  equal(options.profile, "quick");
  equal(options.seed, 0);
  equal(options.context, undefined);
  deepEqual(parseTrainOptions("gp", { context: "128,256" }).context, [128, 256]);
  deepEqual(parseTrainOptions("gp", { parts: "1,1" }).parts, { context: 1, target: 1 });
  deepEqual(parseTrainOptions("gp", { kernels: "matern, periodic" }).kernels, ["matern", "periodic"]);
});

Deno.test("wrong names and values are told with what was expected", () => {
  const wrong = (experiment: string, values: Parameters<typeof parseTrainOptions>[1], message: RegExp) =>
    throws(() => parseTrainOptions(experiment, values), message);
  wrong("pg", {}, /no experiment "pg".*gp/);
  wrong("gp", { model: "ipmp" }, /no neural process "ipmp".*ipnp/);
  wrong("gp", { profile: "slow" }, /expected quick or paper, found "slow"/);
  wrong("gp", { context: "64" }, /--context: expected two whole numbers as in 64,128, found "64"/);
  wrong("gp", { context: "0,8" }, /context counts: expected .* at least 1/);
  wrong("gp", { target: "9,8" }, /in order, found \[9, 8\]/);
  wrong("gp", { steps: "0" }, /--steps: expected a whole number of 1 or more/);
  wrong("gp", { parts: "0,1" }, /--parts: expected two numbers of 1 or more, found "0,1"/);
  wrong("gp", { kernels: "linear" }, /rbf, matern, periodic, found 'linear'/);
  wrong("gp", { schedule: "step" }, /cosine or constant, found "step"/);
  wrong("gp", { model: "canp", h: "8" }, /canp has no inducing points/);
  wrong("gp", { csv: "a.csv" }, /--csv belongs to task train functions/);
  wrong("images", { kernels: "rbf" }, /--kernels belongs to task train gp/);
  wrong("functions", {}, /needs --csv/);
});
