/** Turns anything into what a notebook can show: one output in several formats. */
import type { Bundle } from "../progress/jupyter.ts";
import { isTable, tableHtml, tableText } from "./table.ts";

const DISPLAY = Symbol.for("Jupyter.display");

/** Something that says itself how it is shown. */
export interface Displayable {
  [DISPLAY](): Bundle | Promise<Bundle>;
}

function displayable(bundle: Bundle): Displayable {
  return { [DISPLAY]: () => bundle };
}

/** Text shown as it is, without formatting. */
export const text = (content: string): Displayable => displayable({ "text/plain": content });

/** Markdown, with formulas between dollar signs. */
export const markdown = (content: string): Displayable =>
  displayable({ "text/markdown": content, "text/plain": content });

/** A piece of HTML. */
export const html = (content: string): Displayable =>
  displayable({ "text/html": content, "text/plain": content.replace(/<[^>]*>/g, "").trim() });

const svg = (content: string): Bundle => ({
  "image/svg+xml": content.includes("xmlns=")
    ? content
    : content.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'),
  "text/plain": "[figure]",
});

function ofMarkup(markup: string): Bundle {
  if (markup.startsWith("<svg")) return svg(markup);
  const plain = /^<figure\b/.test(markup) ? "[figure]" : markup.replace(/<[^>]*>/g, "").trim();
  return { "text/html": markup, "text/plain": plain };
}

/**
 * The formats of a value: an element or markup (SVG, HTML) as such, other text as Markdown, a table as an HTML table,
 * an object that displays itself as it says, and anything else as the console would print it.
 */
export async function bundleOf(value: unknown): Promise<Bundle> {
  if (typeof value === "string") {
    const start = value.trimStart();
    return start.startsWith("<")
      ? ofMarkup(start.replace(/^<\?xml[^>]*\?>\s*/, ""))
      : { "text/markdown": value, "text/plain": value };
  }
  if (typeof value === "object" && value !== null) {
    if (DISPLAY in value) return await (value as Displayable)[DISPLAY]();
    if ("outerHTML" in value && typeof value.outerHTML === "string") return ofMarkup(value.outerHTML);
    if (isTable(value)) return { "text/html": tableHtml(value), "text/plain": tableText(value) };
  }
  return { "text/plain": Deno.inspect(value, { colors: false, depth: 4 }) };
}
