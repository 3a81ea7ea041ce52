import { deepEqual } from "node:assert/strict";
import { html, show, text } from "./show.ts";

Deno.test("outside a notebook everything is shown as text, in order", async () => {
  const lines: unknown[] = [];
  const log = console.log;
  console.log = (line) => void lines.push(line);
  try {
    await show("**bold**", html("<b>html</b>"), text("plain"), { outerHTML: "<svg></svg>" }, 3);
  } finally {
    console.log = log;
  }
  deepEqual(lines, ["**bold**", "html", "plain", "[figure]", "3"]);
});
