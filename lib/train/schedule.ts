import { UserError } from "../errors.ts";

export const LR_SCHEDULES = [
  "flat_and_anneal",
  "polynomial_decay_warmup",
  "linear_warmup",
  "cosine_cyclic",
  "cosine",
  "constant",
] as const;
export type LrSchedule = typeof LR_SCHEDULES[number];

const TRADEOFF_SCHEDULES = ["cosine", "linear_decline", "constant"] as const;
export type TradeoffSchedule = typeof TRADEOFF_SCHEDULES[number];

/** Where the polynomial decay ends and the cosine cycles bottom out. */
const FLOOR = 1e-7;

/**
 * Learning rate of an optimiser step (`npt/optim.py`).
 *
 * @param base rate of the flat or highest part
 * @param total number of optimiser steps T
 * @param share `exp_optimizer_warmup_proportion` w: flat share of flat_and_anneal, warm-up share of the others
 * @returns a function of the step number, which counts from 1
 * @throws UserError for an unknown name or numbers out of range
 */
export function learningRate(
  schedule: LrSchedule,
  base: number,
  total: number,
  share: number,
): (step: number) => number {
  checkTotal(total);
  if (!(share >= 0 && share <= 1)) {
    throw new UserError(`Expected a schedule share in [0, 1], found ${share}.`);
  }
  if (schedule === "cosine_cyclic" && share === 0) {
    throw new UserError(
      "cosine_cyclic needs a warm-up share above 0, its cycles are multiples of the warm-up.",
    );
  }
  const warmup = share * total;
  switch (schedule) {
    case "constant":
      return () => base;
    // PyTorch's annealing, whose first step has the full rate: the neural processes' schedule.
    case "cosine":
      return (t) => base * halfCosine((t - 1) / total);
    case "flat_and_anneal": {
      // A very short training has no whole step to anneal over.
      const span = Math.max(1, Math.trunc(total * (1 - share)));
      return (t) => t <= warmup ? base : base * halfCosine((t - warmup) / span);
    }
    // The warm-ups start from the rate of step 0, so their first step has rate 0 (or the floor).
    case "linear_warmup":
      return (t) => base * ramp(t - 1, warmup, total);
    case "polynomial_decay_warmup":
      return (t) =>
        t <= warmup ? base * ramp(t - 1, warmup, total) : FLOOR + (base - FLOOR) * ramp(t - 1, warmup, total);
    case "cosine_cyclic":
      return (t) => {
        const done = t - 1;
        if (done < warmup) return FLOOR + (base - FLOOR) * done / warmup;
        let [start, period, top] = [warmup, 2 * warmup, base];
        while (done - start >= period) [start, period, top] = [start + period, 2 * period, top / 2];
        return FLOOR + (top - FLOOR) * halfCosine((done - start) / period);
      };
    default:
      throw unknownName("learning-rate schedule", LR_SCHEDULES, schedule);
  }
}

/**
 * Weight of the feature loss at an optimiser step (`npt/optim.py`, with its lag of one step).
 *
 * @param start `exp_tradeoff`
 * @param total number of optimiser steps
 * @param proportion share of the steps over which it falls to 0
 * @returns a function of the step number, which counts from 1
 * @throws UserError for an unknown name
 */
export function tradeoff(
  schedule: TradeoffSchedule,
  start: number,
  total: number,
  proportion = 1,
): (step: number) => number {
  checkTotal(total);
  const last = Math.ceil(proportion * total);
  const falling = (shape: (x: number) => number) => (t: number) => {
    const done = Math.max(0, t - 2);
    return done > last ? 0 : start * shape(done / last);
  };
  switch (schedule) {
    case "constant":
      return () => start;
    case "cosine":
      return falling(halfCosine);
    case "linear_decline":
      return falling((x) => 1 - x);
    default:
      throw unknownName("tradeoff schedule", TRADEOFF_SCHEDULES, schedule);
  }
}

/** Linearly from 0 at 0 steps to 1 after the warm-up, then back to 0 after all of them. */
const ramp = (done: number, warmup: number, total: number): number =>
  done < warmup ? done / warmup : Math.max(0, (total - done) / (total - warmup));

/** From 1 at x = 0 to 0 at x = 1. */
const halfCosine = (x: number): number => (1 + Math.cos(Math.PI * x)) / 2;

function checkTotal(total: number): void {
  if (!(Number.isInteger(total) && total > 0)) {
    throw new UserError(`Expected a positive number of optimiser steps, found ${total}.`);
  }
}

const unknownName = (what: string, names: readonly string[], found: unknown) =>
  new UserError(`Expected a ${what} out of ${names.join(", ")}, found ${JSON.stringify(found)}.`);
