/** The part of `reproduce` that runs a sample of the kept runs again, in a process of its own. */
import { join } from "node:path";
import { readEvents } from "../notebook/events.ts";
import { type Progress, progress } from "../progress/mod.ts";
import { lastLines } from "../setup/command.ts";
import { ROOT } from "../setup/paths.ts";
import { onInterrupt } from "./main.ts";
import type { RepeatEvent } from "./repeat.ts";

/**
 * Runs the sample of some experiments again; what has its record from an earlier time is not run. Records tell the rest.
 *
 * @returns what could not be run, and why; undefined if it was stopped
 */
export async function repeatSample(experiments: readonly string[]): Promise<string[] | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(import.meta.dirname!, "repeat.ts"), ...experiments],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const forget = onInterrupt(() => child.kill("SIGTERM"));
  const stderr = new Response(child.stderr).text();
  const failures: string[] = [];
  let bar: Progress | undefined;
  for await (const { done, total, run, failed } of readEvents<RepeatEvent>(child.stdout)) {
    bar ??= progress(total, { label: "sample of the kept runs" });
    bar.update(done, run ?? "");
    if (failed) failures.push(failed);
  }
  const { code } = await child.status;
  forget();
  await bar?.done("");
  if (code === 130 || code === 143) return undefined;
  if (code !== 0 && failures.length === 0) {
    failures.push(`the sample of the kept runs: ${lastLines(await stderr, 6)}`);
  }
  return failures;
}
