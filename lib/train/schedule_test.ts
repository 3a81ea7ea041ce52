import { equal, ok, throws } from "node:assert/strict";
import { UserError } from "../errors.ts";
import { learningRate, LR_SCHEDULES, type LrSchedule, tradeoff } from "./schedule.ts";

const near = (found: number, expected: number) =>
  ok(Math.abs(found - expected) <= 6e-4 * expected, `expected ${expected}, found ${found}`);

Deno.test("flat_and_anneal gives the rates of the official code", () => {
  const half = learningRate("flat_and_anneal", 1e-3, 100, 0.5);
  equal(half(1), 1e-3);
  equal(half(50), 1e-3);
  near(half(51), 9.990e-4);
  near(half(52), 9.961e-4);
  near(half(99), 9.866e-7);
  ok(half(100) < 1e-18);
  const late = learningRate("flat_and_anneal", 1e-3, 100, 0.7);
  near(late(71), 9.973e-4);
  near(late(72), 9.891e-4);
  near(late(99), 2.739e-6);
});

Deno.test("the tradeoff falls with a lag of one step", () => {
  const cosine = tradeoff("cosine", 1, 100);
  equal(cosine(1), 1);
  equal(cosine(2), 1);
  near(cosine(3), 0.999753);
  near(cosine(4), 0.999013);
  near(cosine(99), 0.002219);
  near(cosine(100), 0.000987);
  equal(tradeoff("linear_decline", 0.8, 10)(7), 0.4);
  equal(tradeoff("constant", 0.3, 10)(10), 0.3);
  equal(tradeoff("cosine", 1, 100, 0.5)(60), 0);
});

Deno.test("warm-ups rise from 0 to the base rate and fall to 0 or the floor", () => {
  const linear = learningRate("linear_warmup", 1, 100, 0.2);
  equal(linear(1), 0);
  equal(linear(11), 0.5);
  equal(linear(21), 1);
  equal(linear(61), 0.5);
  const polynomial = learningRate("polynomial_decay_warmup", 1, 100, 0.2);
  equal(polynomial(11), 0.5);
  near(polynomial(61), 0.5);
  near(polynomial(101), 1e-7);
});

Deno.test("a cosine starts at the base rate and would reach 0 one step after the last", () => {
  const rate = learningRate("cosine", 5e-4, 10, 0);
  equal(rate(1), 5e-4);
  near(rate(6), 2.5e-4);
  near(rate(10), 5e-4 * (1 + Math.cos(0.9 * Math.PI)) / 2);
  ok(rate(11) < 1e-18);
});

Deno.test("cosine cycles double in length and halve in height", () => {
  const rate = learningRate("cosine_cyclic", 1, 1000, 0.01);
  near(rate(11), 1);
  near(rate(21), 0.5);
  near(rate(31), 0.5);
  near(rate(51), 0.25);
  near(rate(71), 0.25);
});

Deno.test("every schedule stays finite over all steps", () => {
  for (const name of LR_SCHEDULES) {
    const rate = learningRate(name, 1e-3, 50, 0.3);
    for (let step = 1; step <= 50; step++) {
      ok(rate(step) >= 0 && rate(step) <= 1e-3, `${name} at ${step}: ${rate(step)}`);
    }
  }
});

Deno.test("schedules refuse unknown names and impossible numbers", () => {
  throws(() => learningRate("flat" as LrSchedule, 1, 10, 0.5), UserError);
  throws(() => learningRate("constant", 1, 0, 0.5), /positive number of optimiser steps, found 0/);
  throws(() => learningRate("constant", 1, 10, 1.5), /share in \[0, 1\], found 1.5/);
});

Deno.test("a training of a single step has a finite learning rate in every schedule", () => {
  for (const schedule of LR_SCHEDULES) {
    for (const share of [0.5, 0.7, 1]) {
      const rate = learningRate(schedule, 1e-3, 1, share)(1);
      ok(rate >= 0 && rate <= 1e-3, `${schedule} ${share}: ${rate}`);
    }
  }
});
