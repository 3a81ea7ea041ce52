/** The part of `reproduce` that runs a sample of the kept runs again, in processes of their own. */
import { join } from "node:path";
import { readEvents } from "../notebook/execute.ts";
import { ROOT } from "../paths.ts";
import { type Progress, progress } from "../progress/mod.ts";
import { lastLines } from "../setup/command.ts";
import { onInterrupt } from "./main.ts";
import type { RepeatEvent, RepeatPart } from "./repeat.ts";

/**
 * Runs the sample of some experiments again; what has its record from an earlier time is not run. Two trainings run at a time:
 * one does not keep two cores busy, compiling least of all.
 *
 * @returns what could not be run, and why; undefined if it was stopped. Records tell the rest.
 */
export async function repeatSample(experiments: readonly string[]): Promise<string[] | undefined> {
  const failures: string[] = [];
  let bar: Progress | undefined;
  let ended = 0;
  const onEvent = ({ total, begins, ended: end, failed }: RepeatEvent) => {
    bar ??= progress(total, { label: "sample of the kept runs" });
    if (end) ended++;
    if (failed) failures.push(failed);
    bar.update(ended, begins);
  };
  const codes = await Promise.all([
    repeatPart("first", experiments, onEvent),
    repeatPart("second", experiments, onEvent),
  ]);
  if (!codes.some(isStopped)) codes.push(await repeatPart("timed", experiments, onEvent));
  await bar?.done("");
  if (codes.some(isStopped)) return undefined;
  const crashed = codes.filter(({ code }) => code !== 0);
  if (failures.length === 0) {
    failures.push(...crashed.map(({ said }) => `the sample of the kept runs: ${said}`));
  }
  return failures;
}

interface PartEnd {
  code: number;
  /** The last lines that it wrote. */
  said: string;
}

const isStopped = ({ code }: PartEnd): boolean => code === 130 || code === 143;

async function repeatPart(
  part: RepeatPart,
  experiments: readonly string[],
  onEvent: (event: RepeatEvent) => void,
): Promise<PartEnd> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(import.meta.dirname!, "repeat.ts"), part, ...experiments],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const forget = onInterrupt(() => child.kill("SIGTERM"));
  const stderr = new Response(child.stderr).text();
  for await (const event of readEvents<RepeatEvent>(child.stdout)) onEvent(event);
  const { code } = await child.status;
  forget();
  return { code, said: lastLines(await stderr, 6) };
}
