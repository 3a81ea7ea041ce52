/** The page that `reproduce` ends with: the results table, and every notebook of the run. */
import { join } from "node:path";
import { writeAtomic } from "../files.ts";
import { escapeHtml } from "../results/mod.ts";
import { formatDuration } from "../progress/format.ts";

const STYLE = join(import.meta.dirname!, "..", "notebook", "page", "page.css");

/** What became of one notebook. */
export interface NotebookResult {
  name: string;
  title: string;
  /** "kept": it had finished before with the same inputs. */
  state: "run" | "kept" | "failed" | "stopped";
  /** How long it took when it ran. */
  seconds: number;
  /** Why it failed. */
  message?: string;
}

/** A line about a notebook, for the terminal and the page. */
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
  return `<details><summary>${escapeHtml(title)} <span class="stderr">${escapeHtml(name)} · ${
    escapeHtml(resultLine(result))
  }</span></summary>\n${body}\n</details>`;
}

const OWN_STYLE = `
summary { padding: 0.4rem 0; cursor: pointer; font-weight: 600; }
summary span { font-weight: 400; }
iframe { width: 100%; height: 80vh; border: 1px solid var(--line); border-radius: 6px; }
pre.table { padding: 0.7rem 0.9rem; border-radius: 6px; background: var(--code); }
`;

/** What the page tells. */
export interface ReproduceReport {
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

/** Writes the report of a run; the notebooks' pages lie in the same folder. */
export async function writeReport(
  path: string,
  report: ReproduceReport,
): Promise<void> {
  const { profile, table, line, repeated, wrong, results, seconds } = report;
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
<p>${results.length} notebooks in ${
    formatDuration(seconds)
  }, set-up included, with Deno ${Deno.version.deno} on ${navigator.hardwareConcurrency} processor cores (${
    escapeHtml(Deno.build.target)
  }).</p>
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
