/** Parts of a rendered notebook made fit for the site: headings with addresses, figures and tables with words and buttons. */
import { parseHTML } from "linkedom";
import { escapeHtml } from "../results/view.ts";

export interface Heading {
  level: number;
  id: string;
  text: string;
}

export interface Parts {
  html: string;
  headings: Heading[];
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
const plain = (html: string): string =>
  html.replace(/<a class="anchor-link"[\s\S]*?<\/a>/g, "").replace(/<[^>]*>/g, "")
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]!).trim();

export const slug = (text: string): string =>
  text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/** Gives headings ids that begin with the name of their page, so that pages can be put into one. */
function withHeadings(html: string, page: string): Parts {
  const headings: Heading[] = [];
  const seen = new Map<string, number>();
  const changed = html.replace(/<h([1-3])[^>]*>([\s\S]*?)<\/h\1>/g, (_, level, inner) => {
    const text = plain(inner);
    const base = `${page}-${slug(text)}`;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    const id = count > 1 ? `${base}-${count}` : base;
    headings.push({ level: Number(level), id, text });
    return `<h${level} id="${id}">${inner.replace(/<a class="anchor-link"[\s\S]*?<\/a>/g, "")}</h${level}>`;
  });
  return { html: changed, headings };
}

const scrolled = (html: string, label: string): string =>
  `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(label)}">${html}</div>`;

const buttons = (formats: readonly string[], what: string): string =>
  `<div class="take" role="group" aria-label="Take away: ${escapeHtml(what)}">` +
  formats.map((format) => `<button type="button" data-take="${slug(format)}">${format}</button>`).join("") +
  "</div>";

export const UNTITLED = "Figure";

/** What a figure shows, in words, from the texts in it: its title, subtitle, axes and legend. */
export function figureWords(svg: string): { title: string; alt: string } {
  const texts = [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]) => ({
    attributes: attributes!,
    text: plain(text!),
  }));
  const title = texts.find(({ attributes }) => attributes.includes('font-size="16"'))?.text ?? UNTITLED;
  const subtitle = texts.find(({ attributes }) =>
    attributes.includes('fill-opacity="0.7"') && attributes.includes('y="46"')
  )?.text;
  const axes = [...svg.matchAll(/aria-label="[xy]-axis label"[^>]*>\s*<text[^>]*>([^<]*)</g)]
    .map(([, text]) => plain(text!));
  const legend = texts.filter(({ attributes }) => /\bx="28"/.test(attributes)).map(({ text }) => text);
  const list = (name: string, words: string[]) =>
    words.length > 0 ? [`${name}: ${[...new Set(words)].join(", ")}.`] : [];
  const words = [`${title}.`, ...subtitle ? [`${subtitle}.`] : []];
  return { title, alt: [...words, ...list("Axes", axes), ...list("Shown", legend)].join(" ") };
}

/** Texts in figures have 12 pixels: narrower than this share of its width, a figure is scrolled, not made smaller. */
const LEAST_SHARE = 0.8;

/** A drawing with words for those who do not see it, and buttons to take it away. */
export function figureHtml(svg: string, name: string): string {
  const { title, alt } = figureWords(svg);
  const width = Number(/\bviewbox="0 0 ([\d.]+)/i.exec(svg)?.[1] ?? 640);
  // Plot's labels of groups are for its own use: a drawing has one name.
  const style = `min-width:${Math.round(LEAST_SHARE * width)}px`;
  const drawing = svg.replace(/^<\?xml[^>]*>\s*/, "").replace(/ aria-(?:label|description)="[^"]*"/g, "")
    .replace("<svg", `<svg role="img" aria-label="${escapeHtml(alt)}" style="${style}"`);
  return `<figure class="drawing" data-name="${escapeHtml(name)}">` +
    `${scrolled(drawing, title)}${buttons(["SVG", "PNG"], title)}</figure>`;
}

/** Pixels between the margins of a printed page, upright and on its side, and of a letter per pixel of the font. */
const PAPER = 690;
const WIDE_PAPER = 1020;
const LETTER = 0.56;

/** A table that would be printed smaller than this goes on a page on its side. */
const LEAST_PRINT = 8;

/** Font size in pixels at which the longest words of all columns fit on a printed page, and whether it is on its side. */
export function printSize(columns: readonly number[]): { size: number; wide: boolean } {
  const padding = 8 * columns.length;
  const letters = columns.reduce((a, b) => a + b, 0);
  const fit = (paper: number) => Math.min(13, Math.floor(10 * (paper - padding) / (letters * LETTER)) / 10);
  const wide = fit(PAPER) < LEAST_PRINT;
  return { size: fit(wide ? WIDE_PAPER : PAPER), wide };
}

/** A table in a frame that scrolls, with its notes below, heads of rows and columns, and buttons to take it away. */
export function tableHtml(html: string, name: string): string {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  const table = document.querySelector("table")!;
  const title = table.querySelector("caption")?.textContent.trim() ?? "";
  const notes = [...table.querySelectorAll("tfoot td")].flatMap((cell) => cell.innerHTML.split(/<br\s*\/?>/));
  table.querySelector("tfoot")?.remove();
  const isView = title !== "";
  const widths: number[] = [];
  for (const row of table.querySelectorAll("tr")) {
    [...row.children].forEach((cell, column) => {
      const right = cell.getAttribute("style")?.includes("text-align:right") ||
        cell.getAttribute("align") === "right";
      cell.removeAttribute("style");
      if (right) cell.classList.add("number");
      // Heads may break at spaces, cells with numbers may not.
      const text = cell.textContent.trim();
      const word = right && cell.localName === "td"
        ? text
        : text.split(/[\s-]+/).sort((a, b) => b.length - a.length)[0]!;
      const least = column === 0 ? Math.min(24, text.length) : 0;
      widths[column] = Math.max(widths[column] ?? 3, word.length, least);
    });
  }
  for (const head of table.querySelectorAll("thead th")) {
    head.setAttribute("scope", "col");
    // An empty head has no name to be read.
    if (head.textContent.trim() === "") head.innerHTML = '<span class="unseen">note</span>';
  }
  if (isView) {
    for (const cell of table.querySelectorAll("tbody td:first-child")) {
      const head = document.createElement("th");
      head.setAttribute("scope", "row");
      head.innerHTML = cell.innerHTML;
      cell.replaceWith(head);
    }
  }
  table.removeAttribute("style");
  table.querySelector("caption")?.removeAttribute("style");
  const label = title || "Table";
  const below = notes.length > 0 ? `<p class="notes">${notes.join("<br>")}</p>` : "";
  const { size, wide } = printSize(widths);
  return `<figure class="table${wide ? " wide" : ""}" data-name="${escapeHtml(name)}" ` +
    `style="--print-size:${size}px">${scrolled(table.outerHTML, label)}${below}` +
    `${buttons(["CSV", "LaTeX", "Markdown"], label)}</figure>`;
}

const TABLE = /(?:<div style="overflow-x:\s*auto;?">\s*)?<table[\s\S]*?<\/table>(?:\s*<\/div>)?/g;

/** Everything of a rendered notebook, or of a page of results, made fit for the site. */
export function siteParts(html: string, page: string): Parts {
  let figures = 0, tables = 0;
  const { html: headed, headings } = withHeadings(html, page);
  const changed = headed
    // What may be scrolled has to be reached by keyboard.
    .replace(/<pre(?! tabindex)/g, '<pre tabindex="0"')
    .replace(/<svg[\s\S]*?<\/svg>/g, (svg) => figureHtml(svg, `${page}_figure${++figures}`))
    .replace(TABLE, (found) => {
      const closes = !found.startsWith("<div") && found.endsWith("</div>");
      const end = closes ? found.slice(found.lastIndexOf("</table>") + 8) : "";
      return tableHtml(found, `${page}_table${++tables}`) + end;
    });
  return { html: changed, headings };
}
