/** The frame of a page: head, navigation, contents, foot. */
import { escapeHtml } from "../results/view.ts";
import type { Heading } from "./parts.ts";

export interface Page {
  /** Its file without the ending, and what its addresses begin with. */
  id: string;
  title: string;
  html: string;
  headings: readonly Heading[];
}

/** How one page is found from another one: files beside each other, or parts of one file. */
export type Link = (page: string) => string;
export const fileLink: Link = (page) => `${page}.html`;
export const partLink: Link = (page) => `#${page}`;

/** Tells in every page what made it. */
export const GENERATOR = '<meta name="generator" content="deno task site">';

/** Sets the theme before anything is drawn. */
const THEME = `(function () {
  var theme = null;
  try { theme = localStorage.getItem("theme"); } catch (_) { /* a file may have no storage */ }
  if (theme !== "dark" && theme !== "light") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.dataset.theme = theme;
  document.documentElement.classList.add("scripted");
})();`;

const SECTIONS = {
  index: "Notebooks",
  results: "Results",
  runs: "Runs",
  speed: "Speed",
  methods: "Methods",
};

function navigation(pages: readonly Page[], current: string | null, link: Link): string {
  const known = Object.entries(SECTIONS).filter(([page]) => pages.some(({ id }) => id === page));
  const items = known.map(([page, title]) =>
    `<a href="${link(page)}"${page === current ? ' aria-current="page"' : ""}>${title}</a>`
  );
  return `<header class="site"><nav aria-label="Site">${items.join("")}</nav>` +
    `<div class="switches"><button type="button" data-switch="code" aria-pressed="false">Code</button>` +
    `<button type="button" data-switch="theme" aria-pressed="false">Dark</button></div></header>`;
}

const contents = (headings: readonly Heading[], least: number): string => {
  const shown = headings.filter(({ level }) => level >= least && level <= 2);
  if (shown.length < 2) return "";
  const items = shown.map(({ level, id, text }) =>
    `<li class="level${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`
  );
  return '<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary>' +
    `<ul>${items.join("")}</ul></details></nav>`;
};

export interface Frame {
  foot: string;
  /** Elements with the styles and the scripts, or with where they are. */
  style: string;
  script: string;
}

function document(title: string, body: string, { foot, style, script }: Frame): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${GENERATOR}
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<script>${THEME}</script>
${style}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${body}
<footer>${foot}</footer>
${script}
</body>
</html>
`;
}

export const pageHtml = (page: Page, pages: readonly Page[], frame: Frame): string =>
  document(
    page.id === "index" ? page.title : `${page.title} · SPIN`,
    `${navigation(pages, page.id, fileLink)}
<div class="frame">${contents(page.headings, 2)}<main id="main" tabindex="-1">${page.html}</main></div>`,
    frame,
  );

export const singleHtml = (pages: readonly Page[], frame: Frame): string =>
  document(
    pages[0]!.title,
    `${navigation(pages, null, partLink)}\n<div class="frame">` +
      contents(pages.flatMap(({ headings }) => headings), pages.length > 1 ? 1 : 2) +
      `<main id="main" tabindex="-1">` +
      pages.map(({ id, html }) => `<section class="page" id="${id}">${html}</section>`).join("\n") +
      "</main></div>",
    frame,
  );
