import { deepEqual, equal, match, ok } from "node:assert/strict";
import { cell, toHtml } from "../results/view.ts";
import { figureWords, printSize, siteParts } from "./parts.ts";

const view = {
  title: "Errors",
  head: ["set", "spin", ""],
  rows: [{ label: "yacht", cells: [cell("0.77 ± 0.27", true), cell("x")] }],
  notes: ["A note."],
};

Deno.test("headings get addresses that no other page has, and the same words twice differ", () => {
  const { html, headings } = siteParts(
    '<h1 id="A">A <em>b</em><a class="anchor-link" href="#A">¶</a></h1><h2>C</h2><h2>C</h2>',
    "p",
  );
  equal(html, '<h1 id="p-a-b">A <em>b</em></h1><h2 id="p-c">C</h2><h2 id="p-c-2">C</h2>');
  equal(headings.map(({ text }) => text).join(), "A b,C,C");
});

Deno.test("a table has heads of rows and columns, notes below it, and no empty head", () => {
  const { html } = siteParts(`<div class="output html">${toHtml(view)}</div>`, "p");
  match(html, /<th scope="row">yacht<\/th><td class="number"><strong>0\.77 ± 0\.27<\/strong><\/td>/);
  match(html, /<\/table><\/div><p class="notes">A note\.<\/p><div class="take"/);
  match(html, /<span class="unseen">note<\/span>/);
  equal(html.split("<div").length, html.split("</div").length);
});

Deno.test("a table without a frame around it keeps what closes behind it", () => {
  const { html } = siteParts(
    '<div class="output"><table><tbody><tr><td>1</td></tr></tbody></table>\n</div>',
    "p",
  );
  equal(html.split("<div").length, html.split("</div").length);
});

Deno.test("a figure is told in words: title, subtitle, axes, legend", () => {
  const svg = '<svg viewBox="0 0 640 300"><text font-size="16" y="28">T &amp; U</text>' +
    '<text fill-opacity="0.7" y="46">three folds</text><text x="28">SPIN</text>' +
    '<g aria-label="x-axis label" x="1"><text>rows</text></g></svg>';
  equal(figureWords(svg).alt, "T & U. three folds. Axes: rows. Shown: SPIN.");
  match(
    siteParts(svg, "p").html,
    /<svg role="img" aria-label="T &amp; U\. [^"]*" style="min-width:512px" viewBox/,
  );
});

Deno.test("the more letters a table has, the smaller it is printed, and then on its side", () => {
  deepEqual(printSize([5, 5]), { size: 13, wide: false });
  const { size, wide } = printSize([24, ...Array(10).fill(13)]);
  ok(wide && size > 9, `${size}`);
});
