import { ok, throws } from "node:assert/strict";
import { gpPosterior } from "../data/gp/kernels.ts";
import { jointLogDensity, logMarginal } from "./gp_densities.ts";

Deno.test("the joint density is the ratio of marginal likelihoods", () => {
  const parameters = { length: 0.4, scale: 0.8 };
  const [context, target] = [{ x: [-1, 0, 0.7], y: [0.3, -0.2, 0.5] }, { x: [0.2, 1], y: [0, 0.6] }];
  const { mean, covariance } = gpPosterior("matern", parameters, context, target.x);
  const all = { x: [...context.x, ...target.x], y: [...context.y, ...target.y] };
  const ratio = logMarginal("matern", parameters, all) - logMarginal("matern", parameters, context);
  ok(Math.abs(jointLogDensity(mean, covariance, target.y) - ratio) < 1e-9);
});

Deno.test("equal inputs are no obstacle, and without a context the prior is predicted", () => {
  const parameters = { length: 0.4, scale: 0.8 };
  const twice = gpPosterior("rbf", parameters, { x: [0, 0], y: [1, 1.02] }, [0, 0]);
  ok(Math.abs(twice.mean[0]! - 1.01) < 1e-2 && twice.deviation[0]! > 0.02);
  const prior = gpPosterior("rbf", parameters, { x: [], y: [] }, [0]);
  ok(prior.mean[0] === 0 && Math.abs(prior.deviation[0]! - Math.sqrt(0.64 + 4e-4)) < 1e-12);
  throws(() => jointLogDensity([0], new Float64Array([-1]), [0]), /positive definite/);
});
