/** Jupyter's notebook format, as far as it is needed here: reading, writing and its shapes. */
import { basename } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { ROOT } from "../paths.ts";

/** Text as one string or as its lines, line ends included. */
type Text = string | string[];

interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  text?: Text;
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  execution_count?: number | null;
  [field: string]: unknown;
}

export interface NotebookCell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  source: Text;
  metadata: { tags?: string[]; [field: string]: unknown };
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: NotebookCell[];
  metadata: {
    kernelspec?: { name: string; [field: string]: unknown };
    language_info?: Record<string, unknown>;
  };
  nbformat: number;
  nbformat_minor: number;
}

export function plainText(text: Text): string {
  return typeof text === "string" ? text : text.join("");
}

/** A notebook's name: its file name without the ending. */
export function notebookName(path: string): string {
  return basename(path, ".ipynb");
}

/** Reads a notebook. @throws UserError if it is missing, not of format 4, or not for Deno's kernel */
export async function readNotebook(path: string): Promise<Notebook> {
  const text = await Deno.readTextFile(path).catch((error) => {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : error.message;
    throw new UserError(`cannot read the notebook ${path}: ${reason}`);
  });
  let notebook: Notebook;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not a notebook: it does not hold JSON (${(error as Error).message})`);
  }
  if (!Array.isArray(notebook?.cells) || notebook.nbformat !== 4) {
    throw new UserError(`${path} is not a notebook of format 4, which has a list of cells`);
  }
  const kernel = notebook.metadata?.kernelspec?.name;
  if (kernel !== undefined && kernel !== "deno") {
    throw new UserError(
      `${path} is made for the kernel "${kernel}"; this workspace runs notebooks of the kernel "deno"`,
    );
  }
  return notebook;
}

/** The notebook as Jupyter itself writes it: one-space indent, sorted keys, a line end at the end. */
export function notebookText(notebook: Notebook): string {
  return JSON.stringify(sorted(notebook), null, 1) + "\n";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
}

export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await writeAtomic(path, notebookText(notebook));
}

// deno-lint-ignore no-control-regex
const ANSI = /\x1b\[[0-9;?]*[A-Za-z]/g;

/** Text without terminal colours, and with paths of this machine made relative to the workspace. */
export const cleanText = (text: string, root = ROOT): string =>
  text.replace(ANSI, "").replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, "")
    .replaceAll(root, ".");

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

function cleanCell(cell: NotebookCell, index: number, root: string): NotebookCell {
  const kept = Object.entries(cell.metadata).filter(([field]) => !VOLATILE.has(field));
  const metadata = Object.fromEntries(kept);
  const common = { ...cell, id: cell.id ?? `cell-${index + 1}`, metadata };
  if (cell.cell_type !== "code") return common;
  const outputs = (cell.outputs ?? []).map((output) => cleanOutput(output, root));
  return {
    ...common,
    outputs: outputs.filter((output) => output.output_type !== "stream" || plainText(output.text!) !== ""),
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
