import { join } from "node:path";
import { knownName } from "../data/nearest.ts";
import {
  comparisonTable,
  differences,
  repeatedLine,
  reproduced,
  sourceLine,
} from "../experiments/compare.ts";
import { resultsTable, writeOutputs } from "../experiments/outputs.ts";
import { LOCAL_BEGINNINGS, LOCAL_RECORDS } from "../experiments/profiles.ts";
import { experimentsIn } from "../experiments/registry.ts";
import { REPEAT, repeatsAll } from "../experiments/run.ts";
import { writeAtomic } from "../files.ts";
import { readEvents } from "../notebook/execute.ts";
import { notebookName } from "../notebook/format.ts";
import { shown } from "../notebook/run.ts";
import { LOCAL, ROOT, taskCommand } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { type Progress, progress } from "../progress/mod.ts";
import { toHtml } from "../results/mod.ts";
import { lastLines } from "../setup/command.ts";
import { setup } from "../setup/mod.ts";
import { listNotebooks } from "./check_notebooks.ts";
import { type Arguments, describeError, flag, onInterrupt, runCommand, textOption, texts } from "./main.ts";
import { profileOf } from "./job_options.ts";
import type { RepeatEvent, RepeatPart } from "./repeat.ts";
import {
  type NotebookResult,
  reproduceNotebook,
  resultLine,
  workspaceHash,
  writeReport,
} from "./reproduce_notebook.ts";

/**
 * Runs the sample of some experiments again; what has its record from an earlier time is not run. Two trainings run at a time:
 * one does not keep two cores busy, compiling least of all.
 *
 * @returns what could not be run, and why; undefined if it was stopped. Records tell the rest.
 */
async function repeatSample(experiments: readonly string[]): Promise<string[] | undefined> {
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

/** The notebooks asked for by name, or all of them. */
function choose(notebooks: string[], only: string[] | undefined): string[] {
  if (!only) return notebooks;
  const names = notebooks.map(notebookName);
  return only.map((asked) => {
    const name = knownName(notebookName(asked), names, `--only ${asked}: there is no notebook`);
    return notebooks[names.indexOf(name)]!;
  });
}

function report(result: NotebookResult): void {
  if (result.state === "kept") console.log(`${result.name}: ${resultLine(result)}`);
  if (result.message) console.error(result.message);
}

/** What a reader of the page is told of the kept runs, and whether all of it is well. */
async function compareKept(experiments: readonly string[], profile: string, folder: string) {
  const { kept, records, comparisons } = await reproduced(experiments);
  await writeOutputs(records, profile, folder, (own) => sourceLine(own, kept));
  await writeAtomic(join(folder, "repeated.json"), JSON.stringify(comparisons, null, 2) + "\n");
  const all = new Set(kept.map(({ experiment }) => experiment));
  const none = all.difference(new Set(comparisons.map(({ experiment }) => experiment)));
  const line = repeatedLine(comparisons, kept.length) +
    (none.size > 0 ? `; none of ${[...none].join(", ")}` : "");
  return {
    table: resultsTable(records, profile) ?? "",
    line,
    repeated: toHtml(comparisonTable(comparisons, kept.length)),
    differences: differences(comparisons),
  };
}

export const REPRODUCE = {
  name: "reproduce",
  summary:
    "Sets everything up, runs a sample of the runs in results/records again, runs every notebook without a browser with\n" +
    "the records of all others, and writes a report that holds all of it. What has finished before with the same code,\n" +
    "data and profile is not run again.",
  options: {
    profile: textOption("NAME", "quick (minutes on two cores; the default) or paper (as published)"),
    only: texts("NAME", "only this notebook; may be repeated"),
    all: flag("run everything that the notebooks show, not a sample: an hour and more"),
    fresh: flag("run also what has finished before"),
  },
  examples: ["reproduce", "reproduce --only 01_uci --fresh", "reproduce --all"],
};

export async function runReproduce(
  { values }: Arguments<typeof REPRODUCE.options>,
): Promise<number | void> {
  const start = performance.now();
  const profile = profileOf(values.profile ?? "quick");
  const notebooks = choose(await listNotebooks(), values.only);
  const experiments = experimentsIn(notebooks.map(notebookName));
  await setup();
  const folder = join(LOCAL, profile);
  if (values.fresh) {
    for (const records of [LOCAL_RECORDS, LOCAL_BEGINNINGS]) {
      await Deno.remove(records, { recursive: true }).catch(() => {});
    }
  }
  if (values.all) Deno.env.set(REPEAT, "all");
  const stopped = () => {
    console.error(`Stopped. The same command continues: ${taskCommand("reproduce")}`);
    return 130;
  };
  const wrong: string[] = [];
  if (!repeatsAll() && experiments.length > 0) {
    const failures = await repeatSample(experiments);
    if (!failures) return stopped();
    wrong.push(...failures.map((failure) => `could not be repeated: ${failure}`));
  }
  const workspace = await workspaceHash();
  const results: NotebookResult[] = [];
  for (const source of notebooks) {
    const result = await reproduceNotebook(source, {
      profile,
      folder,
      workspace,
      fresh: values.fresh ?? false,
    });
    results.push(result);
    report(result);
    if (result.state === "stopped") return stopped();
  }
  const failed = results.filter(({ state }) => state === "failed");
  if (failed.length > 0) wrong.push(`failed: ${failed.map(({ name }) => name).join(", ")}`);
  await Deno.mkdir(folder, { recursive: true });
  let found: Awaited<ReturnType<typeof compareKept>> | undefined;
  try {
    if (experiments.length > 0) found = await compareKept(experiments, profile, folder);
    wrong.push(...(found?.differences ?? []));
  } catch (error) {
    wrong.push(`the records could not be compared and shown: ${describeError(error)}`);
  }
  const seconds = (performance.now() - start) / 1000;
  const page = join(folder, "index.html");
  await writeReport(page, { profile, table: "", line: "", repeated: "", ...found, wrong, results, seconds });
  for (const line of wrong) console.error(line);
  const shortly = [found?.table, found?.line].filter(Boolean).map((text) => `${text}\n`).join("\n");
  console.log(`\n${shortly}report: ${shown(page)} (${formatDuration(seconds)} in all)`);
  return wrong.length > 0 ? 1 : 0;
}

if (import.meta.main) await runCommand(REPRODUCE, runReproduce, { grace: 75 });
