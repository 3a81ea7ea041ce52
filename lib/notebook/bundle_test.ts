import * as aq from "arquero";
import { deepEqual, equal, match } from "node:assert/strict";
import { bundleOf, html, markdown, tableHtml, tableText, text } from "./show.ts";

const table = () => aq.table({ name: ["x", "<y>"], value: [1 / 3, null], count: [2, 1000] });

Deno.test("text is Markdown, markup is HTML, and a drawing is a drawing that stands alone", async () => {
  deepEqual(await bundleOf("**a**"), { "text/markdown": "**a**", "text/plain": "**a**" });
  deepEqual(await bundleOf("<b>a</b>"), { "text/html": "<b>a</b>", "text/plain": "a" });
  equal(
    (await bundleOf("<svg><g/></svg>"))["image/svg+xml"],
    '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
  );
});

Deno.test("a drawing with an XML declaration is a drawing too, and a namespace is not added twice", async () => {
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  equal(
    (await bundleOf(`<?xml version="1.0" encoding="UTF-8"?>\n${drawing}\n`))["image/svg+xml"],
    `${drawing}\n`,
  );
});

Deno.test("elements are shown by their markup", async () => {
  deepEqual(Object.keys(await bundleOf({ outerHTML: "<svg></svg>" })), ["image/svg+xml", "text/plain"]);
  deepEqual(await bundleOf({ outerHTML: "<figure><svg></svg></figure>" }), {
    "text/html": "<figure><svg></svg></figure>",
    "text/plain": "[figure]",
  });
});

Deno.test("an object that displays itself has the last word", async () => {
  deepEqual(await bundleOf(markdown("$x$")), { "text/markdown": "$x$", "text/plain": "$x$" });
  deepEqual(await bundleOf(text("<b>")), { "text/plain": "<b>" });
  deepEqual(await bundleOf(html("<i>a</i>")), { "text/html": "<i>a</i>", "text/plain": "a" });
});

Deno.test("anything else is shown as the console would", async () => {
  deepEqual(await bundleOf({ a: [1, 2] }), { "text/plain": "{ a: [ 1, 2 ] }" });
  deepEqual(await bundleOf(undefined), { "text/plain": "undefined" });
});

Deno.test("an Arquero table has numbers at the right, escaped text and empty cells for missing values", async () => {
  const markup = (await bundleOf(table()))["text/html"] as string;
  match(
    markup,
    /<td style="text-align:left">&lt;y&gt;<\/td><td style="text-align:right"><\/td><td style="text-align:right">1000<\/td>/,
  );
  match(markup, /<td style="text-align:right">0\.3333<\/td>/);
});

Deno.test("a table as text is aligned", () => {
  equal(
    tableText(table()),
    "name   value  count\n----  ------  -----\nx     0.3333      2\n<y>            1000",
  );
});

Deno.test("a long table says how many rows are not shown", () => {
  const long = aq.table({ i: Array.from({ length: 5 }, (_, i) => i) });
  match(tableHtml(long, 3), /<td[^>]*>2<\/td><\/tr>\n<\/tbody>\n<\/table>\n<p>and 2 more rows<\/p>$/);
  match(tableText(long, 3), /and 2 more rows$/);
});
