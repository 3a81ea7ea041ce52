/** Runs a notebook from file to file: parameters, execution, checks, an executed notebook and its page. */
import { dirname, join, relative, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { LOCAL, ROOT } from "../paths.ts";
import { type Event, executeNotebook } from "./execute.ts";
import {
  cleanNotebook,
  type Notebook,
  type NotebookCell,
  notebookName,
  readNotebook,
  writeNotebook,
} from "./format.ts";
import { declaredParameters, parseSettings, withParameters } from "./parameters.ts";
import { renderNotebook } from "./render.ts";

export interface RunRequest {
  /** Absolute path of the notebook; it is read only, unless it is also the output and `overwrite` is set. */
  source: string;
  /** Parameters for this run, as `name=value`. */
  settings?: string[];
  /** Absolute paths of what is written. */
  output: string;
  page: string;
  overwrite?: boolean;
  onEvent?: (event: Event, notebook: Notebook) => void;
  progressFile?: string;
}

/** A path as messages show it: relative to the workspace if it lies in it. */
export function shown(path: string): string {
  const inside = relative(ROOT, path);
  return inside.startsWith("..") ? path : inside;
}

/** Reads a notebook and puts the parameters of a run into it, without running anything. */
export async function prepareNotebook(source: string, settings: string[] = []): Promise<Notebook> {
  const notebook = await readNotebook(source);
  return withParameters(notebook, parseSettings(settings, declaredParameters(notebook), shown(source)));
}

/**
 * Runs a notebook and writes the executed copy and its page, both whole or not at all.
 *
 * @throws UserError for a bad notebook or parameter, an output that would overwrite the source, a failing cell, or a
 * cell that has lost the output it has in the source
 * @throws StoppedError after a request to stop
 */
export async function runNotebook(request: RunRequest): Promise<void> {
  const { source, settings, output, page, onEvent, progressFile } = request;
  const name = shown(source);
  const notebook = await prepareNotebook(source, settings);
  if (!request.overwrite && await isSameFile(source, output)) {
    throw new UserError(
      `${name}: a run does not overwrite its source; give another --out, or add --overwrite`,
    );
  }
  const executed = await executeNotebook(notebook, {
    name,
    folder: dirname(source),
    onEvent: onEvent && ((event) => onEvent(event, notebook)),
    progressFile,
  });
  const silent = cellsWithoutOutput(notebook.cells, executed.cells);
  if (silent.length > 0) {
    const cells = `cell${silent.length > 1 ? "s" : ""} ${silent.map((index) => index + 1).join(", ")}`;
    throw new UserError(
      `${name}, ${cells}: no output now, though the notebook shows one; end such a cell with "await show(...)"`,
    );
  }
  const clean = cleanNotebook(executed);
  for (const path of [output, page]) await Deno.mkdir(dirname(path), { recursive: true });
  await renderNotebook(clean, page, notebookName(source));
  await writeNotebook(output, clean);
}

/** Indices of the cells that showed something before the run and show nothing after it. */
export function cellsWithoutOutput(before: NotebookCell[], after: NotebookCell[]): number[] {
  const shows = (cell: NotebookCell | undefined) => (cell?.outputs ?? []).length > 0;
  return before.flatMap((cell, index) => shows(cell) && !shows(after[index]) ? [index] : []);
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const real = (path: string) => Deno.realPath(path).catch(() => resolve(path));
  return await real(a) === await real(b);
}

/** Where a run writes unless told otherwise. */
export function defaultOutput(source: string): string {
  const name = notebookName(source);
  return join(LOCAL, name, `${name}.ipynb`);
}
