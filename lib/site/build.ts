/** Makes the site of notebooks and records: one folder, or one file. */
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { reproduced, sourceLine } from "../experiments/compare.ts";
import { reportsOf } from "../experiments/outputs.ts";
import { KEPT_RECORDS, LOCAL_RECORDS, PROFILES } from "../experiments/profiles.ts";
import { EXPERIMENTS } from "../experiments/registry.ts";
import { type Notebook, notebookName, readNotebook } from "../notebook/format.ts";
import { notebookTitle, renderNotebooks } from "../notebook/render.ts";
import { ROOT } from "../paths.ts";
import {
  type ColdRecord,
  coldTable,
  environment,
  readRecords,
  recordName,
  type Speed,
} from "../results/mod.ts";
import { escapeHtml } from "../results/view.ts";
import { lastLines, runOrExplain, runTool } from "../setup/command.ts";
import { fileLink, GENERATOR, type Page, pageHtml, partLink, singleHtml } from "./layout.ts";
import {
  type Chapter,
  indexPage,
  methodsPage,
  notebookPage,
  resultsPage,
  runsPage,
  speedPage,
} from "./pages.ts";
import type { Origin } from "./provenance.ts";
import { publishedRuns } from "./published.ts";
import { inOrder, type RecordedRun, type SiteRun } from "./runs.ts";

const HERE = import.meta.dirname!;
const STYLES = [join(HERE, "..", "notebook", "page", "page.css"), join(HERE, "site.css")];

/** A kept record of `task bench`. */
const bench = async <Kept = Speed>(file: string): Promise<Kept> =>
  JSON.parse(await Deno.readTextFile(join(ROOT, "results", "bench", file)));

/** Beside its pages, which name their generator, it tells that a folder is a site and may be replaced. */
const MARK = "site.css";

export interface SiteOptions {
  out: string;
  notebooks: readonly string[];
  /** One file in place of many; of the notebooks alone where `parts` is false. */
  single?: boolean;
  /** Pages beside the notebooks: index, results, runs, methods. Default true. */
  parts?: boolean;
}

/** The script of the pages, from its modules and what they import. */
export async function bundleScript(folder: string): Promise<string> {
  const path = join(folder, "bundle.js");
  const words = "bundle --quiet --platform browser --format iife --minify --output".split(" ");
  await runOrExplain(
    Deno.execPath(),
    [...words, path, join(HERE, "browser", "main.ts")],
    ({ stderr }) => `the script of the site could not be bundled:\n${lastLines(stderr, 6)}`,
    { cwd: ROOT },
  );
  const script = await Deno.readTextFile(path);
  await Deno.remove(path);
  return script;
}

async function originOf(): Promise<Origin> {
  const { commit, versions } = await environment();
  const log = await runTool("git", ["log", "-1", "--format=%cI"], { cwd: ROOT });
  return { commit, date: log?.code === 0 ? log.stdout.trim() : null, versions };
}

async function recordedRuns(): Promise<RecordedRun[]> {
  const runs = await Promise.all(
    Object.entries({ kept: KEPT_RECORDS, mine: LOCAL_RECORDS } as const).map(async ([source, folder]) =>
      (await readRecords(folder)).map((record) => (
        { source: source as RecordedRun["source"], file: recordName(record), record }
      ))
    ),
  );
  return inOrder(runs.flat(), EXPERIMENTS.map(({ name }) => name));
}

async function chaptersOf(paths: readonly string[]): Promise<Chapter[]> {
  const read = await Promise.all(
    paths.map(async (path) => ({ name: notebookName(path), notebook: await readNotebook(path) as Notebook })),
  );
  const parts = read.length > 0 ? await renderNotebooks(read, "part") : [];
  return read.map((one, i) => ({ ...one, part: parts[i]!, title: notebookTitle(one.notebook, one.name) }));
}

const footOf = ({ commit, date }: Origin, runs: readonly RecordedRun[]): string => {
  const mine = runs.filter(({ source }) => source === "mine").length;
  const name = escapeHtml(commit?.slice(0, 12) ?? "unknown") + (commit?.endsWith("+") ? "+" : "");
  return `<p>Commit <code>${name}</code>${date ? ` of ${date.slice(0, 10)}` : ""} · ` +
    `${runs.length - mine} kept runs, ${mine} made here · <code>deno task site</code></p>`;
};

/** Puts a folder in the place of another one, which is a site or empty. */
async function replaceFolder(made: string, out: string): Promise<void> {
  const old = `${out}.${Deno.pid}.old`;
  const there = await Deno.rename(out, old).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  await Deno.rename(made, out);
  if (there) await Deno.remove(old, { recursive: true });
}

/** @throws UserError for a folder with other files: it would be lost. */
async function checkOut(out: string): Promise<void> {
  try {
    const names = [...Deno.readDirSync(out)].map(({ name }) => name);
    const page = names.find((name) => name.endsWith(".html"));
    const isSite = page !== undefined && (names.length === 1 || names.includes(MARK)) &&
      Deno.readTextFileSync(join(out, page)).includes(GENERATOR);
    if (names.length > 0 && !isSite) {
      throw new UserError(`--out ${out}: expected a new folder, an empty one or a site, found other files`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UserError(`--out ${out}: expected a folder, found a file`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(dirname(out), { recursive: true });
}

/**
 * Makes the site in a folder beside its place, and then puts it there whole. Nothing is run.
 *
 * @returns the path of the page to begin with
 * @throws UserError if a notebook or a record cannot be read, or the folder holds something else
 */
export async function buildSite(
  { out: asked, notebooks, single = false, parts = true }: SiteOptions,
): Promise<string> {
  const out = resolve(asked);
  await checkOut(out);
  const made = await Deno.makeTempDir({ dir: dirname(out), prefix: `.${basename(out)}-` });
  try {
    const link = single ? partLink : fileLink;
    const [chapters, runs, script, origin, { kept, records }] = await Promise.all([
      chaptersOf(notebooks),
      recordedRuns(),
      bundleScript(made),
      originOf(),
      reproduced(),
    ]);
    const published = publishedRuns();
    const profiles = PROFILES.map((profile) => [profile, reportsOf(records, profile)] as const);
    const reports = profiles.flatMap(([, own]) => own);
    const own = chapters.map((chapter) => notebookPage(chapter, reports, runs, link));
    const pages: Page[] = parts
      ? [
        indexPage(chapters, reports, link),
        ...own,
        resultsPage(profiles, (some) => sourceLine(some, kept), chapters, link),
        runsPage(),
        speedPage(
          await bench("cpu.json"),
          await bench("tfjs.json"),
          coldTable(await bench<ColdRecord>("cold.json")),
        ),
        methodsPage(origin, runs, [...new Set(published.map(({ note }) => note))]),
      ]
      : own;
    const styles = (await Promise.all(STYLES.map((path) => Deno.readTextFile(path)))).join("\n");
    const data = `globalThis.SPIN_RUNS = ${JSON.stringify([...runs, ...published] satisfies SiteRun[])};`;
    const foot = footOf(origin, runs);
    const first = single && !parts && own.length === 1 ? own[0]!.id : "index";
    const write = (name: string, text: string) => Deno.writeTextFile(join(made, name), text);
    if (single) {
      const safe = (text: string) => text.replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");
      const tags = [...parts ? [data] : [], script].map((text) => `<script>${safe(text)}</script>`);
      const frame = { foot, style: `<style>\n${styles}</style>`, script: tags.join("\n") };
      await write(`${first}.html`, singleHtml(pages, frame));
    } else {
      const style = `<link rel="stylesheet" href="${MARK}">`;
      await write(MARK, styles);
      await write("site.js", script);
      await write("records.js", data);
      for (const page of pages) {
        const scripts = [...page.id === "runs" ? ["records.js"] : [], "site.js"];
        const script = scripts.map((name) => `<script src="${name}"></script>`).join("\n");
        await write(`${page.id}.html`, pageHtml(page, pages, { foot, style, script }));
      }
    }
    await Deno.chmod(made, 0o755);
    await replaceFolder(made, out);
    return join(out, `${first}.html`);
  } catch (error) {
    await Deno.remove(made, { recursive: true }).catch(() => {});
    throw error;
  }
}
