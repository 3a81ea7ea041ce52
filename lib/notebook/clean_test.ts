import { deepEqual, equal } from "node:assert/strict";
import { cleanNotebook, cleanText, type NotebookCell } from "./format.ts";
import { notebook } from "./support_test.ts";

const ROOT = "/home/someone/workspace";

function clean(cell: Partial<NotebookCell>): NotebookCell {
  const whole: NotebookCell = { cell_type: "code", source: "", metadata: {}, outputs: [], ...cell };
  return cleanNotebook(notebook(whole), ROOT).cells[0]!;
}

Deno.test("times and window states are dropped, tags and a reader's choices are kept", () => {
  const metadata = {
    execution: { "iopub.status.busy": "2026" },
    collapsed: true,
    tags: ["parameters"],
    jupyter: { source_hidden: true },
  };
  deepEqual(clean({ metadata }).metadata, { tags: ["parameters"], jupyter: { source_hidden: true } });
});

Deno.test("terminal colours and paths of this machine are dropped from outputs", () => {
  const outputs: NotebookCell["outputs"] = [
    { output_type: "stream", name: "stdout", text: ["\x1b[31mred\x1b[0m\n", `${ROOT}/data/a.csv\n`] },
    {
      output_type: "display_data",
      data: { "text/html": `<a href="file://${ROOT}/lib/a.ts">`, "image/png": "AAAA" },
      metadata: {},
    },
  ];
  const [stream, display] = clean({ outputs }).outputs!;
  deepEqual(stream!.text, ["red\n", "data/a.csv\n"]);
  deepEqual(display!.data, { "text/html": '<a href="lib/a.ts">', "image/png": "AAAA" });
});

Deno.test("the workspace itself is the current folder", () => {
  equal(cleanText(`in ${ROOT}`, ROOT), "in .");
});

Deno.test("empty streams are dropped, and cells without an id get one that stays the same", () => {
  deepEqual(clean({ outputs: [{ output_type: "stream", name: "stdout", text: "" }] }).outputs, []);
  equal(clean({ id: undefined }).id, "cell-1");
});

Deno.test("the version of TypeScript is not part of a notebook", () => {
  const source = notebook();
  source.metadata.language_info = { name: "typescript", version: "6.0.3", file_extension: ".ts" };
  deepEqual(cleanNotebook(source).metadata.language_info, { name: "typescript", file_extension: ".ts" });
});

Deno.test("cleaning twice is cleaning once", () => {
  const once = cleanNotebook(
    notebook({ cell_type: "code", source: "1", metadata: { collapsed: true }, outputs: [] }),
    ROOT,
  );
  deepEqual(cleanNotebook(once, ROOT), once);
});
