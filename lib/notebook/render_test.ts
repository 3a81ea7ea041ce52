import { equal } from "node:assert/strict";
import { notebookTitle } from "./render.ts";
import { code, notebook, prose } from "./support_test.ts";

Deno.test("a page is titled by the notebook's first heading, without its markup", () => {
  equal(
    notebookTitle(notebook(code("# no"), prose("Text.\n\n## The *real* `title`\n")), "name"),
    "The real title",
  );
  equal(notebookTitle(notebook(prose("no heading")), "name"), "name");
});
