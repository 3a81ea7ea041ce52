/** One notebook of `reproduce`: kept if it has finished with the same inputs, else run. */
import { dirname, join } from "node:path";
import { writeAtomic } from "../files.ts";
import { StoppedError } from "../notebook/execute.ts";
import { type Notebook, notebookName, readNotebook } from "../notebook/format.ts";
import { declaredParameters } from "../notebook/parameters.ts";
import { notebookTitle } from "../notebook/render.ts";
import { prepareNotebook, runNotebook } from "../notebook/run.ts";
import { inputsHash } from "./inputs.ts";
import { describeError } from "./main.ts";
import { notebookBar } from "./notebook_bar.ts";
import type { NotebookResult } from "./report.ts";

/** Written beside a finished notebook, last. */
interface Finished {
  inputs: string;
  seconds: number;
}

export interface ReproduceOptions {
  profile: string;
  /** Where the executed notebook, its page and the note that it finished go. */
  folder: string;
  /** The fingerprint of the workspace. */
  workspace: string;
  fresh: boolean;
}

async function readFinished(mark: string, outputs: string[]): Promise<Finished | undefined> {
  try {
    for (const path of outputs) await Deno.stat(path);
    return JSON.parse(await Deno.readTextFile(mark));
  } catch {
    return undefined;
  }
}

/** The settings of a profile, for a notebook that has profiles. */
function profileSettings(notebook: Notebook, profile: string): string[] {
  return declaredParameters(notebook).has("profile") ? [`profile=${profile}`] : [];
}

/** Runs a notebook unless its results are there; an error is part of the result, not thrown. */
export async function reproduceNotebook(source: string, options: ReproduceOptions): Promise<NotebookResult> {
  const { profile, folder, workspace, fresh } = options;
  const name = notebookName(source);
  const [output, page, mark] = ["ipynb", "html", "json"].map((ending) =>
    join(folder, `${name}.${ending}`)
  ) as [
    string,
    string,
    string,
  ];
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let title = name;
  try {
    const original = await readNotebook(source);
    title = notebookTitle(original, name);
    const settings = profileSettings(original, profile);
    const inputs = inputsHash(await prepareNotebook(source, settings), workspace);
    const finished = fresh ? undefined : await readFinished(mark, [output, page]);
    if (finished?.inputs === inputs) return { name, title, state: "kept", seconds: finished.seconds };
    await Deno.remove(mark).catch(() => {});
    await runWithBar(name, { source, settings, output, page });
    await writeAtomic(mark, JSON.stringify({ inputs, seconds: elapsed() } satisfies Finished));
    return { name, title, state: "run", seconds: elapsed() };
  } catch (error) {
    const state = error instanceof StoppedError ? "stopped" : "failed";
    return { name, title, state, seconds: elapsed(), message: describeError(error) };
  }
}

async function runWithBar(
  name: string,
  files: { source: string; settings: string[]; output: string; page: string },
) {
  await Deno.mkdir(dirname(files.output), { recursive: true });
  const progressFile = await Deno.makeTempFile();
  const bar = notebookBar(name, progressFile);
  let outcome = "not finished";
  try {
    await runNotebook({ ...files, onEvent: bar.onEvent, progressFile });
    outcome = "";
  } finally {
    bar.end(outcome);
    await Deno.remove(progressFile).catch(() => {});
  }
}
