import { deepEqual, ok, throws } from "node:assert/strict";
import { covarianceOf, NOISE } from "./kernels.ts";
import { longFunction, waveSum, waveVariances } from "./sampler.ts";

for (const length of [0.1, 0.27, 0.6]) {
  Deno.test(`waves of length scale ${length} have the covariance of the kernel over the whole interval`, () => {
    const [variances, none] = [waveVariances(length, 0.7), new Float64Array(88)];
    const kernel = covarianceOf("rbf", { length, scale: 0.7 });
    for (let distance = 0; distance <= 4; distance += 0.01) {
      // Cov(f(a), f(b)) = Σ variance·cos(k(a - b)): products of cosines and of sines together.
      const found = waveSum(variances, none, distance);
      ok(Math.abs(found - kernel(0, distance)) < 1e-9, `${found} at ${distance}`);
    }
  });
}

Deno.test("the recurrence is the sum of waves", () => {
  const [cosines, sines] = [3, 4].map((a) => Float64Array.from({ length: 88 }, (_, k) => Math.sin(a * k)));
  for (const x of [-2, -0.3, 0, 1.99]) {
    const expected = cosines!.reduce((sum, c, k) => {
      const angle = k * 2 * Math.PI * x / 8;
      return sum + c * Math.cos(angle) + sines![k]! * Math.sin(angle);
    }, 0);
    ok(Math.abs(waveSum(cosines!, sines!, x) - expected) < 1e-10, `at ${x}`);
  }
});

Deno.test("drawn values have the kernel's variance and correlation, and the noise", () => {
  const [products, squares, noise] = [[], [], []] as [number[], number[], number[]];
  for (let number = 0; number < 400; number++) {
    const { x, y, length, scale } = longFunction([5, number], 2);
    const k = covarianceOf("rbf", { length, scale });
    const [a, b] = [y[0]!, y[1]!];
    squares.push(a * a / (k(0, 0) + NOISE ** 2));
    products.push((a * b - k(x[0]!, x[1]!)) / scale ** 2);
    if (number >= 20) continue;
    const near = longFunction([6, number], 4000);
    const order = [...near.x.keys()].sort((i, j) => near.x[i]! - near.x[j]!);
    noise.push((near.y[order[1]!]! - near.y[order[0]!]!) ** 2);
  }
  const mean = (of: number[]) => of.reduce((p, q) => p + q) / of.length;
  ok(Math.abs(mean(squares) - 1) < 3 * Math.sqrt(2 / 400), `variance ${mean(squares)}`);
  ok(Math.abs(mean(products)) < 3 * Math.sqrt(2 / 400), `covariance ${mean(products)}`);
  // Neighbours differ by their noise, twice, and hardly by the function.
  const ratio = mean(noise) / (2 * NOISE ** 2);
  ok(ratio > 0.4 && ratio < 2.5, `noise ${ratio}`);
});

Deno.test("a function belongs to its key, and begins the same whatever its length", () => {
  const [short, long] = [longFunction([1, 2], 5000), longFunction([1, 2], 9000)];
  deepEqual(long.x.subarray(0, 5000), short.x);
  deepEqual(long.y.subarray(0, 5000), short.y);
  ok(longFunction([1, 3], 1).y[0] !== short.y[0]);
  ok(long.x.every((x) => x >= -2 && x <= 2));
  throws(() => longFunction([1, 2], 0), /at least one point, found 0/);
});
