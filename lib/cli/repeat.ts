/**
 * Runs a part of the sample of the kept runs again, in a process of its own: a part of `reproduce`, which reads what it prints,
 * one JSON object a line. Its arguments are the part and the experiments.
 */
import { useEngine } from "../engine/mod.ts";
import { KEPT_RECORDS } from "../experiments/profiles.ts";
import { isTimed, repeatables, sampleOf } from "../experiments/repeat.ts";
import { REPEAT } from "../experiments/run.ts";
import { stopRequested } from "../progress/mod.ts";
import { readRecords, recordName } from "../results/mod.ts";
import { describeError, runCommand } from "./main.ts";

/** What happens, and how many runs all parts of the sample have. */
export interface RepeatEvent {
  total: number;
  /** The record of a run that begins. */
  begins?: string;
  ended?: true;
  /** Why it could not be made. */
  failed?: string;
}

/** Trainings in two parts, and runs that time something, which need a quiet machine. */
export type RepeatPart = "first" | "second" | "timed";

if (import.meta.main) {
  await runCommand({
    name: "repeat",
    summary: "Runs a part of the sample of the kept runs again.",
    positional: { name: "PART EXPERIMENT", help: "which runs", least: 2, most: Infinity },
    options: {},
  }, async ({ positionals: [part, ...experiments] }) => {
    Deno.env.set(REPEAT, "all");
    await useEngine();
    const sample = sampleOf(await repeatables(await readRecords(KEPT_RECORDS)))
      .filter(({ record }) => experiments.includes(record.experiment));
    const say = (event: Omit<RepeatEvent, "total">) =>
      console.log(JSON.stringify({ total: sample.length, ...event }));
    const { timed = [], trained = [] } = Object.groupBy(
      sample,
      ({ record }) => isTimed(record) ? "timed" : "trained",
    );
    const own = part === "timed" ? timed : trained.filter((_, i) => i % 2 === Number(part === "second"));
    let failures = 0;
    for (const { record, run } of own) {
      const name = recordName(record).replace(/_[^_]*$/, "");
      say({ begins: name });
      try {
        if (stopRequested() || !await run()) return 130;
        say({ ended: true });
      } catch (error) {
        failures++;
        say({ ended: true, failed: `${name}: ${describeError(error)}` });
      }
    }
    return failures > 0 ? 1 : 0;
  }, { grace: 75 });
}
