/** Jupyter's notebook format, as far as it is needed here: reading, writing and its shapes. */
import { basename } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";

/** Text as one string or as its lines, line ends included. */
export type Text = string | string[];

export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  text?: Text;
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  execution_count?: number | null;
  [field: string]: unknown;
}

export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  source: Text;
  metadata: { tags?: string[]; [field: string]: unknown };
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: Cell[];
  metadata: {
    kernelspec?: { name: string; [field: string]: unknown };
    language_info?: Record<string, unknown>;
  };
  nbformat: number;
  nbformat_minor: number;
}

export function joined(text: Text): string {
  return typeof text === "string" ? text : text.join("");
}

/** A notebook's name: its file name without the ending. */
export function notebookName(path: string): string {
  return basename(path, ".ipynb");
}

/**
 * Reads a notebook for the Deno kernel.
 *
 * @throws UserError if the file is missing, not a notebook of format 4, or made for another kernel
 */
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
