import type { EngineInfo } from "../engine/mod.ts";
import { median } from "../results/mod.ts";
import type { System } from "./systems.ts";
import type { Facts } from "./worker.ts";

export interface Effort {
  rounds: number;
  /** Timed steps of each system per round, after one that is not. */
  steps: number;
  /** Seconds after which a system takes no further part; it takes one timed step at least. */
  seconds: number;
}

export interface Timed {
  name: string;
  about: System["about"];
  parameters: number;
  /** Timed steps, in all rounds. */
  steps: number;
  /** Seconds per step. */
  median: number;
  min: number;
  /** The median of each round. */
  rounds: number[];
  facts: Facts;
}

/** Steps before the clock runs: the first compiles, or fills caches and pools. */
const WARMUP = 2;
/** Pause between two systems, so that threads that still spin for work go to sleep. */
const PAUSE = 100;

/**
 * Times the steps of systems in turns, round by round, so that a drift of the machine meets all of them alike.
 * A system whose first step takes more than its time is not warmed up any further.
 */
export async function race(systems: System[], { rounds, steps, seconds }: Effort): Promise<Timed[]> {
  for (const system of systems) await system.steps(WARMUP, seconds / 4);
  const times = systems.map((): number[][] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, system] of systems.entries()) {
      const spent = times[i]!.flat().reduce((a, b) => a + b, 0);
      if (spent > seconds) continue;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      times[i]!.push(settled((await system.steps(1 + steps, seconds - spent)).seconds));
    }
  }
  return await Promise.all(systems.map(async ({ name, about, parameters, facts }, i) => {
    const all = times[i]!.flat();
    return {
      name,
      about,
      parameters,
      steps: all.length,
      median: median(all),
      min: Math.min(...all),
      rounds: times[i]!.map(median),
      facts: await facts(),
    };
  }));
}

/**
 * The steps of a turn without its first, unless that is the only one: while others ran, the system took back caches and
 * freed memory that a training without pauses keeps.
 */
const settled = (seconds: number[]): number[] => seconds.length > 1 ? seconds.slice(1) : seconds;

export const isEngine = (about: System["about"]): about is EngineInfo => "engine" in about;
