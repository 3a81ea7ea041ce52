/** What stands on the pages of the site. */
import { Buffer } from "node:buffer";
import type { reportsOf } from "../experiments/outputs.ts";
import { type Notebook, plainText } from "../notebook/format.ts";
import { taskCommand } from "../paths.ts";
import { methodDots, toSvg } from "../plots/mod.ts";
import {
  firstStepTable,
  programName,
  residentTable,
  type RunRecord,
  type Speed,
  stepTable,
  type TableView,
} from "../results/mod.ts";
import { escapeHtml, toHtml } from "../results/view.ts";
import { CARDS } from "./cards.ts";
import type { Link, Page } from "./layout.ts";
import { figureHtml, figureWords, siteParts, slug, tableHtml, UNTITLED } from "./parts.ts";
import {
  type Origin,
  PAPER_BIBTEX,
  processorTable,
  provenanceLine,
  provenanceTable,
  workspaceBibtex,
} from "./provenance.ts";
import type { Answer } from "../experiments/experiment.ts";
import type { RecordedRun } from "./runs.ts";

export type Reports = ReturnType<typeof reportsOf>;

/** A notebook on its way to its page. */
export interface Chapter {
  name: string;
  notebook: Notebook;
  /** As it was rendered. */
  part: string;
  title: string;
}

/** Sentences and lists of a verdict, which has no other Markdown than bold words. */
export function verdictHtml(markdown: string): string {
  const inline = (text: string) => escapeHtml(text).replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>");
  const lines = markdown.split("\n").filter((line) => line.trim() !== "");
  const blocks: string[] = [];
  for (let i = 0; i < lines.length;) {
    if (!lines[i]!.startsWith("- ")) blocks.push(`<p>${inline(lines[i++]!)}</p>`);
    else {
      const items: string[] = [];
      while (lines[i]?.startsWith("- ")) items.push(`<li>${inline(lines[i++]!.slice(2))}</li>`);
      blocks.push(`<ul>${items.join("")}</ul>`);
    }
  }
  return blocks.join("");
}

/** What the records say to the question of a notebook. */
const verdictOf = (reports: Reports, name: string): string =>
  reports.filter(({ notebook }) => notebook === name).map(({ report }) => report.verdict)
    .filter((verdict) => verdict.trim() !== "").join("\n");

/** How the result of the paper that a notebook is about came out: at the published settings, if that was tried. */
const answerOf = (reports: Reports, name: string): Answer | undefined =>
  reports.filter((one) => one.notebook === name && one.report.answer)
    .sort((a, b) => Number(b.profile === "paper") - Number(a.profile === "paper"))[0]?.report.answer;

const answerHtml = ({ word, why }: Answer): string =>
  `<strong class="answer" data-word="${slug(word)}">${word}</strong> ${escapeHtml(why)}`;

const authorsText = ({ authors }: Answer): string =>
  escapeHtml(authors ?? "Their figures are not known here.");

const firstLine = (markdown: string): string =>
  markdown.split("\n").find((line) => line.trim() !== "")?.replace(/^- /, "") ?? "";

const svgsOf = ({ cells }: Notebook): string[] =>
  cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ data }) => {
      const svg = data?.["image/svg+xml"] as string | string[] | undefined;
      return svg ? [plainText(svg)] : [];
    })
  );

/** The first figure of a notebook with a title, which curves of trainings do not have, as a picture in the page. */
function thumbnail(notebook: Notebook): string {
  const svgs = svgsOf(notebook);
  const svg = svgs.find((one) => figureWords(one).title !== UNTITLED) ?? svgs[0];
  return svg
    ? `<img alt="" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`
    : '<span class="empty"></span>';
}

const runsLink = (link: Link, experiment: string, profile?: string): string => {
  const query = `?experiment=${encodeURIComponent(experiment)}${profile ? `&amp;profile=${profile}` : ""}`;
  const to = link("runs");
  return to.startsWith("#") ? query + to : to + query;
};

export function indexPage(chapters: readonly Chapter[], reports: Reports, link: Link): Page {
  const cards = chapters.map(({ name, notebook, title }) => {
    const { item = null, claim = "" } = CARDS[name] ?? {};
    const verdict = firstLine(verdictOf(reports, name));
    const answer = answerOf(reports, name);
    return `<li class="card"><div class="thumbnail">${thumbnail(notebook)}</div><div>` +
      `<h2 id="index-${slug(name)}"><a href="${link(name)}">${escapeHtml(title)}</a></h2>` +
      (item ? `<p class="item">In the paper: ${escapeHtml(item)}</p>` : "") +
      (claim ? `<p><strong>${item ? "Claim" : "What it does"}.</strong> ${escapeHtml(claim)}</p>` : "") +
      (answer
        ? `<p>${answerHtml(answer)}</p><p><strong>The authors.</strong> ${authorsText(answer)}</p>`
        : "") +
      (verdict && !answer
        ? `<p><strong>Found here.</strong> ${verdictHtml(verdict).replace(/^<p>|<\/p>$/g, "")}</p>`
        : "") +
      `</div></li>`;
  });
  const html = `<h1 id="index-top">SPIN: results</h1>
<p>Semi-Parametric Inducing Point Networks and Neural Processes (Rastogi et al., ICLR 2023), made again in TypeScript.
Every number is from a record of a run. <a href="${link("results")}">All tables and figures</a>,
<a href="${link("runs")}">every run</a>, and <a href="${link("methods")}">where they come from</a>.</p>
<ol class="cards">${cards.join("")}</ol>`;
  const headings = [{ level: 1, id: "index-top", text: "Notebooks" }];
  return { id: "index", title: "SPIN: results", html, headings };
}

export function notebookPage(
  { name, part, title }: Chapter,
  reports: Reports,
  runs: readonly RecordedRun[],
  link: Link,
): Page {
  const { html, headings } = siteParts(part, name);
  const { item = null, claim = "" } = CARDS[name] ?? {};
  const verdict = verdictOf(reports, name);
  const answer = answerOf(reports, name);
  const own = reports.filter(({ notebook }) => notebook === name).map((report) => report.name);
  const ownRuns = runs.filter(({ record }) => own.includes(record.experiment));
  const links = own.map((name) => `<a href="${runsLink(link, name)}">${name}</a>`).join(", ");
  const card = claim === "" ? "" : `<aside class="claim" aria-label="In short"><dl>` +
    (item ? `<dt>In the paper</dt><dd>${escapeHtml(item)}</dd>` : "") +
    `<dt>${item ? "Claim" : "What it does"}</dt><dd>${escapeHtml(claim)}</dd>` +
    (answer
      ? `<dt>Verdict</dt><dd>${answerHtml(answer)}</dd><dt>The authors</dt><dd>${authorsText(answer)}</dd>`
      : "") +
    (verdict ? `<dt>Found here</dt><dd>${verdictHtml(firstLine(verdict))}</dd>` : "") +
    `<dt>Run it</dt><dd><code>${taskCommand(`run notebooks/${name}.ipynb`)}</code></dd></dl></aside>`;
  const headed = html.replace("</h1>", `</h1>${card}`);
  const provenance = { level: 2, id: `${name}-provenance`, text: "Where these numbers come from" };
  const source = `<section class="provenance"><h2 id="${provenance.id}">${provenance.text}</h2><p>` +
    `${escapeHtml(provenanceLine(ownRuns))}${links && ` Every run: ${links}.`}</p></section>`;
  return { id: name, title, html: headed + source, headings: [...headings, provenance] };
}

export function resultsPage(
  profiles: readonly (readonly [profile: string, reports: Reports])[],
  sources: (records: readonly RunRecord[]) => string,
  chapters: readonly Chapter[],
  link: Link,
): Page {
  const headings = [{ level: 1, id: "results-top", text: "Results" }];
  const sections = profiles.flatMap(([profile, reports]) =>
    reports.map(({ name, notebook, own, report }) => {
      const id = `results-${profile}-${name}`;
      const text = `${name}, ${profile}`;
      headings.push({ level: 2, id, text });
      const nameOf = (part: string) => `${name}_${part}_${profile}`;
      const tables = Object.entries(report.tables).map(([part, one]) => tableHtml(toHtml(one), nameOf(part)));
      const figures = Object.entries(report.figures).map(([part, one]) =>
        figureHtml(toSvg(one), nameOf(part))
      );
      const isHere = chapters.some((chapter) => chapter.name === notebook);
      return `<section><h2 id="${id}">${escapeHtml(text)}</h2>` +
        `<p class="from">${escapeHtml(sources(own))}. ` +
        `<a href="${runsLink(link, name, profile)}">Records</a>` +
        (isHere ? ` · <a href="${link(notebook)}">notebook</a>` : "") +
        `</p>${verdictHtml(report.verdict)}${tables.join("")}${figures.join("")}</section>`;
    })
  );
  const html =
    `<h1 id="results-top">Results</h1><p>Every table and figure, made from the records of runs when this site
was made. <em>quick</em>: small settings, minutes on two cores. <em>paper</em>: the published settings.</p>` +
    sections.join("\n");
  return { id: "results", title: "Results", html, headings };
}

/**
 * What `task bench` measured beside other frameworks, what `task bench --tfjs` did beside other engines of tfjs.
 *
 * @param cold the table of `task bench --cold`
 */
export function speedPage(speed: Speed, tfjs: Speed, cold: TableView): Page {
  const tables = {
    steps: stepTable(speed),
    first_steps: firstStepTable(speed),
    memory: residentTable(speed),
    cold,
    tfjs: stepTable(tfjs, "TensorFlow.js on several engines"),
  };
  const chart = methodDots(
    speed.comparisons.flatMap((program) =>
      program.timed.map(({ name, median }) => ({
        data: programName(program),
        model: name,
        metric: "ms a step",
        mean: 1000 * median,
        standardError: NaN,
      }))
    ),
    { title: "Training steps beside other frameworks", zero: true },
  );
  const html =
    `<h1 id="speed-top">Speed</h1><p>Training steps of the same models from the same weights, in processes that
took turns. <code>${
      taskCommand("bench --python python3")
    }</code> measures it on another machine, with <code>--cold</code>
whole trainings. The last table is of <code>${
      taskCommand("bench --tfjs")
    }</code>: a step of the examples of the package, and an epoch of <code>model.fit</code>.</p>${
      figureHtml(toSvg(chart), "bench_chart")
    }${Object.entries(tables).map(([part, table]) => tableHtml(toHtml(table), `bench_${part}`)).join("")}`;
  return { id: "speed", title: "Speed", html, headings: [{ level: 1, id: "speed-top", text: "Speed" }] };
}

export const runsPage = (): Page => ({
  id: "runs",
  title: "Runs",
  html:
    `<h1 id="runs-top">Runs</h1><p>Every run that has a record: those kept in the workspace, those made here, and
beside them the authors' own figures where they are known. Choose an experiment to see its measures; a click on a head
sorts.</p><div data-explorer><p class="scriptless">The explorer needs JavaScript.</p></div>`,
  headings: [
    { level: 1, id: "runs-top", text: "Runs" },
    { level: 2, id: "curves", text: "Curves" },
    { level: 2, id: "compare", text: "Two runs compared" },
  ],
});

export function methodsPage(origin: Origin, runs: readonly RecordedRun[], notes: readonly string[]): Page {
  const { commit, date, versions } = origin;
  const words = Object.entries(versions).map(([name, version]) =>
    `<li><code>${escapeHtml(name)}</code> ${escapeHtml(version)}</li>`
  );
  const headings = [{ level: 1, id: "methods-top", text: "Methods and provenance" }];
  const section = (id: string, text: string, body: string) => {
    headings.push({ level: 2, id: `methods-${id}`, text });
    return `<h2 id="methods-${id}">${text}</h2>${body}`;
  };
  const pre = (text: string, label: string) =>
    `<pre tabindex="0" role="group" aria-label="${label}"><code>${escapeHtml(text)}</code></pre>`;
  const html = `<h1 id="methods-top">Methods and provenance</h1>` + [
    section(
      "workspace",
      "The workspace",
      `<p>Made from commit <code>${commit ?? "unknown"}</code>${date ? ` of ${date.slice(0, 10)}` : ""} by ` +
        `<code>${taskCommand("site")}</code>, which reads notebooks and records and runs nothing.` +
        (commit?.endsWith("+") ? " The + tells that files differed from that commit." : "") + "</p>",
    ),
    section(
      "runs",
      "Runs",
      `<p>${
        escapeHtml(provenanceLine(runs))
      } A run is known by its experiment, profile, model, data with their
SHA-256, fold, seed and every hyperparameter. Its record holds what was measured, time, memory, engine, versions and commit.
Tables and figures are made of records, never typed.</p>` +
        tableHtml(toHtml(provenanceTable(runs)), "runs_by_experiment") +
        tableHtml(toHtml(processorTable(runs)), "processors"),
    ),
    section(
      "authors",
      "The authors' figures",
      "<p>Only these figures of the authors are known here. What is not known is not guessed.</p>" +
        `<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("")}</ul>`,
    ),
    section("versions", "Versions", `<ul class="versions">${words.join("")}</ul>`),
    section(
      "cite",
      "To cite",
      pre(PAPER_BIBTEX, "BibTeX of the paper") + pre(workspaceBibtex(origin), "BibTeX of the workspace"),
    ),
  ].join("\n");
  return { id: "methods", title: "Methods and provenance", html, headings };
}
