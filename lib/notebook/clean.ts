/** Takes out of an executed notebook what differs between two runs or two machines without meaning anything. */
import { ROOT } from "../setup/paths.ts";
import { type Cell, joined, type Notebook, type Output, type Text } from "./format.ts";

// deno-lint-ignore no-control-regex
const ANSI = /\x1b\[[0-9;?]*[A-Za-z]/g;

/** Text without terminal colours, and with paths of this machine made relative to the workspace. */
export function cleanText(text: string, root = ROOT): string {
  return text.replace(ANSI, "").replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, "").replaceAll(
    root,
    ".",
  );
}

function cleanLines(text: Text, root: string): Text {
  return typeof text === "string" ? cleanText(text, root) : text.map((line) => cleanText(line, root));
}

function cleanOutput(output: Output, root: string): Output {
  if (output.text !== undefined) return { ...output, text: cleanLines(output.text, root) };
  const textual = (type: string) => type.startsWith("text/") || type === "image/svg+xml";
  const data = Object.entries(output.data ?? {}).map(([type, value]) => [
    type,
    textual(type) ? cleanLines(value as Text, root) : value,
  ]);
  return output.data ? { ...output, data: Object.fromEntries(data) } : output;
}

/** Fields of a cell's metadata in which front ends note times and the state of their windows. */
const VOLATILE = new Set(["execution", "ExecuteTime", "collapsed", "scrolled", "trusted", "vscode"]);

function cleanCell(cell: Cell, index: number, root: string): Cell {
  const metadata = Object.fromEntries(
    Object.entries(cell.metadata).filter(([field]) => !VOLATILE.has(field)),
  );
  const common = { ...cell, id: cell.id ?? `cell-${index + 1}`, metadata };
  if (cell.cell_type !== "code") return common;
  const outputs = (cell.outputs ?? []).map((output) => cleanOutput(output, root));
  return {
    ...common,
    outputs: outputs.filter((output) => output.output_type !== "stream" || joined(output.text!) !== ""),
  };
}

/** A copy without times, window states, terminal colours and absolute paths. */
export function cleanNotebook(notebook: Notebook, root = ROOT): Notebook {
  const language = { ...notebook.metadata.language_info };
  delete language.version;
  return {
    cells: notebook.cells.map((cell, index) => cleanCell(cell, index, root)),
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { name: "typescript", ...language },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
