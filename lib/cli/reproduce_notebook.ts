/** One notebook of `reproduce`: kept if it has finished with the same inputs, else run; and the page of all of them. */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { REPEAT } from "../experiments/run.ts";
import { exists, writeAtomic } from "../files.ts";
import { StoppedError } from "../notebook/execute.ts";
import { type Notebook, notebookName, plainText, readNotebook } from "../notebook/format.ts";
import { declaredParameters } from "../notebook/parameters.ts";
import { notebookTitle } from "../notebook/render.ts";
import { prepareNotebook } from "../notebook/run.ts";
import { ROOT } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { escapeHtml } from "../results/mod.ts";
import { describeError } from "./main.ts";
import { runWithBar } from "./notebook_bar.ts";

/** Written beside a finished notebook, last. */
interface Finished {
  inputs: string;
  seconds: number;
}

interface ReproduceOptions {
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

/** Runs a notebook unless its results are there; an error is part of the result, not thrown. */
export async function reproduceNotebook(source: string, options: ReproduceOptions): Promise<NotebookResult> {
  const { profile, folder, workspace, fresh } = options;
  const name = notebookName(source);
  const [output, page, mark] = ["ipynb", "html", "json"].map((ending) =>
    join(folder, `${name}.${ending}`)
  ) as [string, string, string];
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let title = name;
  try {
    const original = await readNotebook(source);
    title = notebookTitle(original, name);
    const settings = declaredParameters(original).has("profile") ? [`profile=${profile}`] : [];
    const inputs = inputsHash(await prepareNotebook(source, settings), workspace);
    const finished = fresh ? undefined : await readFinished(mark, [output, page]);
    if (finished?.inputs === inputs) return { name, title, state: "kept", seconds: finished.seconds };
    await Deno.remove(mark).catch(() => {});
    await Deno.mkdir(folder, { recursive: true });
    await runWithBar({ source, settings, output, page }, () => "not finished");
    await writeAtomic(mark, JSON.stringify({ inputs, seconds: elapsed() } satisfies Finished));
    return { name, title, state: "run", seconds: elapsed() };
  } catch (error) {
    const state = error instanceof StoppedError ? "stopped" : "failed";
    return { name, title, state, seconds: elapsed(), message: describeError(error) };
  }
}

const STYLE = join(import.meta.dirname!, "..", "notebook", "page", "page.css");

export interface NotebookResult {
  name: string;
  title: string;
  /** "kept": it had finished before with the same inputs. */
  state: "run" | "kept" | "failed" | "stopped";
  seconds: number;
  message?: string;
}

export function resultLine({ state, seconds }: NotebookResult): string {
  const time = formatDuration(seconds);
  return {
    run: time,
    kept: `finished before (${time})`,
    failed: `failed after ${time}`,
    stopped: "stopped",
  }[state];
}

function section(result: NotebookResult): string {
  const { name, title, state, message } = result;
  const page = `${encodeURIComponent(name)}.html`;
  const rendered = state === "run" || state === "kept";
  const body = rendered
    ? `<p><a href="${page}">Open as a page</a></p>\n` +
      `<iframe src="${page}" loading="lazy" title="${escapeHtml(title)}"></iframe>`
    : `<pre class="error">${escapeHtml(message ?? "")}</pre>`;
  return `<details><summary>${escapeHtml(title)} <span class="stderr">${escapeHtml(name)} · ` +
    `${escapeHtml(resultLine(result))}</span></summary>\n${body}\n</details>`;
}

const OWN_STYLE = `
summary { padding: 0.4rem 0; cursor: pointer; font-weight: 600; }
summary span { font-weight: 400; }
iframe { width: 100%; height: 80vh; border: 1px solid var(--line); border-radius: 6px; }
pre.table { padding: 0.7rem 0.9rem; border-radius: 6px; background: var(--code); }
`;

interface ReproduceReport {
  profile: string;
  /** The results table as text; "" without one. */
  table: string;
  /** How many of the kept runs were repeated, and how they compare, in a line; and each of them, as HTML. */
  line: string;
  repeated: string;
  /** What failed or differs, a line each. */
  wrong: string[];
  results: NotebookResult[];
  seconds: number;
}

export async function writeReport(path: string, report: ReproduceReport): Promise<void> {
  const { profile, table, line, repeated, wrong, results, seconds } = report;
  const machine = `set-up included, with Deno ${Deno.version.deno} on ${navigator.hardwareConcurrency} ` +
    `processor cores (${escapeHtml(Deno.build.target)})`;
  const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Results, ${escapeHtml(profile)} profile</title>
<style>
${await Deno.readTextFile(STYLE)}${OWN_STYLE}</style>
</head>
<body>
<main>
<h1>Results, ${escapeHtml(profile)} profile</h1>
<p>${results.length} notebooks in ${formatDuration(seconds)}, ${machine}.</p>
${wrong.length > 0 ? `<pre class="error">${escapeHtml(wrong.join("\n"))}</pre>` : ""}
${table && `<pre class="table">${escapeHtml(table)}</pre>`}
${
    repeated && `<p>${escapeHtml(line)}; what was not repeated is from results/records.</p>\n` +
      `<details><summary>Runs that were repeated</summary>\n${repeated}</details>`
  }
<h2>Notebooks</h2>
${results.map(section).join("\n")}
</main>
</body>
</html>
`;
  await writeAtomic(path, page);
}

/** Folders whose files do not change results: commands, set-up, tests' data, and downloads named by their checksum. */
const SKIPPED = ["lib/cli", "lib/setup", "data/cache"];

/** The files of a folder; none where there is no such folder. */
async function filesUnder(folder: string, found: string[] = []): Promise<string[]> {
  if (!await exists(folder)) return found;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory && entry.name !== "testdata" && !SKIPPED.includes(relative(ROOT, path))) {
      await filesUnder(path, found);
    } else if (entry.isFile && !entry.name.endsWith("_test.ts") && !entry.name.endsWith(".part")) {
      found.push(path);
    }
  }
  return found;
}

/** Folders that notebooks read. */
const READ = ["lib", "data", join("results", "records"), join("results", "weights")];

/** The fingerprint of the code, the data and the kept records of the workspace, and of what the environment asks for. */
export async function workspaceHash(): Promise<string> {
  const files = (await Promise.all(READ.map((folder) => filesUnder(join(ROOT, folder))))).flat();
  const asked = ["SPIN_ENGINE", REPEAT].map((name) => Deno.env.get(name) ?? "");
  const hash = createHash("sha256").update(asked.join("\n"));
  for (const path of [...files.sort(), join(ROOT, "deno.lock")]) {
    hash.update(relative(ROOT, path)).update(await Deno.readFile(path));
  }
  return hash.digest("hex");
}

/** The fingerprint of a run: the notebook's cells, parameters of the run among them, and the workspace's. */
export function inputsHash(notebook: Notebook, workspace: string): string {
  const hash = createHash("sha256").update(workspace);
  for (const { cell_type, source } of notebook.cells) {
    hash.update(JSON.stringify([cell_type, plainText(source)]));
  }
  return hash.digest("hex");
}
