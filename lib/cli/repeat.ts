/**
 * Runs the sample of the kept runs again, in a process of its own: a part of `reproduce`, which reads what it prints, one
 * JSON object a line. The experiments are its arguments.
 */
import { useEngine } from "../engine/mod.ts";
import { KEPT_RECORDS } from "../experiments/profiles.ts";
import { REPEAT } from "../experiments/repeat.ts";
import { repeatables } from "../experiments/repeat_runs.ts";
import { sampleOf } from "../experiments/repeat_sample.ts";
import { stopRequested } from "../progress/mod.ts";
import { readRecords, recordName } from "../results/mod.ts";
import { describe, runCommand } from "./main.ts";

/** How far it is. */
export interface RepeatEvent {
  done: number;
  total: number;
  /** The record of the run that begins. */
  run?: string;
  /** The run that could not be made, and why. */
  failed?: string;
}

if (import.meta.main) {
  await runCommand({
    name: "repeat",
    summary: "Runs the sample of the kept runs again.",
    positional: { name: "EXPERIMENT", help: "whose runs", least: 1, most: Infinity },
    options: {},
  }, async ({ positionals }) => {
    const say = (event: RepeatEvent) => console.log(JSON.stringify(event));
    Deno.env.set(REPEAT, "all");
    await useEngine();
    const sample = sampleOf(await repeatables(await readRecords(KEPT_RECORDS)))
      .filter(({ record }) => positionals.includes(record.experiment));
    const total = sample.length;
    let failures = 0;
    for (const [done, { record, run }] of sample.entries()) {
      const name = recordName(record).replace(/_[^_]*$/, "");
      say({ done, total, run: name });
      try {
        if (stopRequested() || !await run()) return 130;
      } catch (error) {
        failures++;
        say({ done, total, failed: `${name}: ${describe(error)}` });
      }
    }
    say({ done: total, total });
    return failures > 0 ? 1 : 0;
  }, { grace: 15 });
}
