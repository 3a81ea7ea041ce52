/** For tests: notebooks made of cells given as text. */
import { join } from "node:path";
import { type Notebook, type NotebookCell, plainText } from "./format.ts";

/** A code cell. */
export function code(source: string, options: { tags?: string[]; shown?: string } = {}): NotebookCell {
  const { tags, shown } = options;
  const output = { output_type: "stream" as const, name: "stdout", text: shown };
  return {
    cell_type: "code",
    source,
    metadata: tags ? { tags } : {},
    outputs: shown === undefined ? [] : [output],
    execution_count: null,
  };
}

export function prose(source: string): NotebookCell {
  return { cell_type: "markdown", source, metadata: {} };
}

export function notebook(...cells: NotebookCell[]): Notebook {
  return {
    cells: cells.map((cell, index) => ({ id: `cell-${index + 1}`, ...cell })),
    metadata: { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** What a cell printed or displayed, as text. */
export function shownText(cell: NotebookCell): string {
  return (cell.outputs ?? []).map(({ text, data }) =>
    plainText((text ?? data?.["text/plain"] ?? "") as string)
  )
    .join("\n");
}

/** The path of a notebook of this folder's test data. */
export function fixturePath(name: string): string {
  return join(import.meta.dirname!, "testdata", `${name}.ipynb`);
}
