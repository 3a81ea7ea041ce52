/** Runs a notebook's cells in a fresh kernel, without a browser, and tells where a cell failed. */
import { SourceMap } from "node:module";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { ENVIRONMENT, PYTHON } from "../paths.ts";
import { PROGRESS_FILE } from "../progress/progress.ts";
import { STOP_FILE, stopRequested } from "../progress/stop.ts";
import { lastLines, outputLines, processEnvironment, runTool } from "../setup/command.ts";
import { type Notebook, notebookText, plainText } from "./format.ts";

const SCRIPT = join(import.meta.dirname!, "execute.py");

/** Seconds that a notebook gets to end by itself once it was asked to stop: XLA ends what it compiles. */
const STOP_SECONDS = 60;

export interface ExecutionOptions {
  /** The name used in messages: usually the path of the source. */
  name: string;
  /** The folder that the kernel works in; imports of cells are relative to it. */
  folder: string;
  /** Called when a cell starts or ends, with its index. */
  onEvent?: (event: Event) => void;
  /** The file in which the progress of the running cell is kept. */
  progressFile?: string;
}

/** The run was ended on request; what it had done is in the results of its experiments, not in a notebook. */
export class StoppedError extends UserError {
  override name = "StoppedError";
}

/**
 * Runs every cell and returns the executed notebook. A request to stop (`stopRequested()`) is passed on to the kernel;
 * a minute later the kernel is killed.
 *
 * @throws UserError if a cell fails (with its line), the kernel dies, or set-up is missing
 * @throws StoppedError after a request to stop
 */
export async function executeNotebook(notebook: Notebook, options: ExecutionOptions): Promise<Notebook> {
  const temporary = await Deno.makeTempDir({ prefix: "notebook-" });
  try {
    return await execute(notebook, options, temporary);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

async function execute(notebook: Notebook, options: ExecutionOptions, temporary: string): Promise<Notebook> {
  const source = join(temporary, "source.ipynb");
  const target = join(temporary, "executed.ipynb");
  const stopFile = join(temporary, "stop");
  await Deno.writeTextFile(source, notebookText(notebook));
  const process = new Deno.Command(PYTHON, {
    args: ["-I", SCRIPT, source, target, options.folder],
    env: processEnvironment({
      ...headlessEnvironment(temporary),
      [STOP_FILE]: stopFile,
      [PROGRESS_FILE]: options.progressFile,
    }),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(process.stderr).text();
  const stopWatch = watchForStop(stopFile, process);
  let running = -1;
  let last: Event | undefined;
  try {
    for await (const event of readEvents(process.stdout)) {
      last = event;
      if (event.event === "start") running = event.cell;
      options.onEvent?.(event);
    }
    await process.status;
  } finally {
    stopWatch.end();
  }
  // What was stopped is not finished, even if every cell came to its end: its results are cut short.
  if (stopWatch.requested()) {
    throw new StoppedError(`${options.name}: stopped on request in cell ${running + 1}`);
  }
  if (last?.event === "done") return JSON.parse(await Deno.readTextFile(target));
  throw new UserError(await explain(last, notebook, running, options.name, await stderr));
}

/** Passes a request to stop on: first by the file, then by closing the standard input, at which the kernel is killed. */
function watchForStop(stopFile: string, process: Deno.ChildProcess) {
  let since: number | undefined;
  const close = () => void process.stdin.close().catch(() => {});
  const timer = setInterval(() => {
    if (since === undefined && stopRequested()) {
      since = Date.now();
      Deno.writeTextFileSync(stopFile, "");
    }
    if (since !== undefined && Date.now() - since > STOP_SECONDS * 1000) close();
  }, 200);
  return {
    requested: () => since !== undefined,
    end: () => {
      clearInterval(timer);
      close();
    },
  };
}

const SIGNALS: Record<number, string> = {
  4: "illegal instruction",
  6: "aborted",
  9: "killed, perhaps for memory",
  11: "segmentation fault",
};

async function explain(
  last: Event | undefined,
  notebook: Notebook,
  running: number,
  name: string,
  stderr: string,
): Promise<string> {
  const where = `${name}, cell ${running + 1}`;
  const source = plainText(notebook.cells[running]?.source ?? "");
  if (last?.event === "error") return await describeFailure(source, last, where);
  const said = lastLines(stderr.replace(/^.*unstable and might change.*$/m, ""), 6);
  if (last?.event === "dead") {
    const cause = last.code === null
      ? ""
      : last.code < 0
      ? ` (signal ${-last.code}${SIGNALS[-last.code] ? `: ${SIGNALS[-last.code]}` : ""})`
      : ` (exit code ${last.code})`;
    return `${where}: the kernel ended while this cell ran${cause}${said && `\n${said}`}`;
  }
  return `${name}: the notebook could not be run${said && `; Jupyter said:\n${said}`}`;
}

/** What the Python side tells while a notebook runs. */
export type Event =
  | { event: "start"; cell: number }
  | { event: "end"; cell: number }
  | { event: "done" }
  | { event: "stopped" }
  /** The error's class, as "TypeError", and the stack, a line each. */
  | { event: "error"; name: string; message: string; traceback: string[] }
  /** The kernel's process ended; its exit code, negative for a signal. */
  | { event: "dead"; code: number | null };

/** The objects of a stream that holds one JSON object a line. */
export async function* readEvents<T = Event>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  for await (const line of outputLines(stream)) yield JSON.parse(line);
}

/** Variables for a headless Jupyter that reads and writes nothing outside `.venv` and a temporary folder. */
export function headlessEnvironment(temporary: string): Record<string, string | undefined> {
  return {
    JUPYTER_CONFIG_DIR: join(temporary, "config"),
    JUPYTER_DATA_DIR: join(ENVIRONMENT, "share", "jupyter"),
    JUPYTER_RUNTIME_DIR: join(temporary, "runtime"),
    JUPYTER_PATH: undefined,
    IPYTHONDIR: join(temporary, "ipython"),
    PYTHONPATH: undefined,
    PYTHONHOME: undefined,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
}

interface CellLine {
  /** Line in the cell, from 1. */
  line: number;
  text: string;
}

/** Imports of names, which the kernel keeps and `deno transpile` drops where a name is not used. */
const IMPORT = /^import\s+(?!type\b)[\w*{][^;"']*?\bfrom\s*(["'][^"'\n]*["'])/gm;

/** The same lines, with imports in a form that is never dropped. */
function keepImports(source: string): string {
  return source.replace(
    IMPORT,
    (all, module) => `import ${module}` + "\n".repeat(all.split("\n").length - 1),
  );
}

/**
 * Finds the line of a cell that an error came from. The kernel runs a cell after turning it into JavaScript and names
 * lines of that; `deno transpile` turns it likewise, with a source map that leads back.
 */
async function transpile(source: string): Promise<{ code: string; error: string } | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "cell.ts");
    await Deno.writeTextFile(file, source);
    const args = ["transpile", "--quiet", "--no-config", "--source-map", "inline", file];
    const result = await runTool(Deno.execPath(), args, { cwd: folder, env: { NO_COLOR: "1" } });
    return result && { code: result.stdout, error: result.stderr };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The kernel joins a line that ends a block comment with the next one; this undoes it. */
function emittedLine(code: string, kernelLine: number): number {
  let line = 0;
  for (let counted = 0; counted < kernelLine; line++) {
    const text = code.split("\n")[line];
    if (text === undefined) return kernelLine;
    if (!text.trimEnd().endsWith("*/")) counted++;
  }
  return line;
}

function numbered(source: string, line: number): CellLine | undefined {
  const text = source.split("\n")[line - 1];
  return text === undefined ? undefined : { line, text: text.trim() };
}

/** The line of the cell that was running. Inner frames are of no use: they may lie in functions of earlier cells. */
async function locateThrow(source: string, traceback: string[]): Promise<CellLine | undefined> {
  const frame = traceback.map((line) => /<anonymous>:(\d+):(\d+)/.exec(line)).findLast((match) =>
    match !== null
  );
  if (!frame) return undefined;
  const emitted = await transpile(keepImports(source));
  const [code, map] = emitted?.code.split("//# sourceMappingURL=data:application/json;base64,") ?? [];
  if (!code || !map) return undefined;
  const line = emittedLine(code, Number(frame[1]));
  const entry = new SourceMap(JSON.parse(atob(map.trim()))).findEntry(line - 1, Number(frame[2]) - 1);
  return "originalLine" in entry ? numbered(source, entry.originalLine + 1) : undefined;
}

/** What the compiler says about a cell that is not valid TypeScript; the kernel itself says only that it failed. */
async function locateSyntaxError(source: string): Promise<{ message: string; at?: CellLine } | undefined> {
  const emitted = await transpile(source);
  const found = /SyntaxError: (.*)[\s\S]*cell\.ts:(\d+):\d+/.exec(emitted?.error ?? "");
  return found ? { message: found[1]!, at: numbered(source, Number(found[2])) } : undefined;
}

/** A failed cell in a few lines: where, which line, which error, through which files. */
export async function describeFailure(
  source: string,
  failure: Omit<Extract<Event, { event: "error" }>, "event">,
  where: string,
): Promise<string> {
  const { name, traceback } = failure;
  const syntax = traceback.length === 0 ? await locateSyntaxError(source) : undefined;
  const at = syntax ? syntax.at : await locateThrow(source, traceback);
  const place = at
    ? `${where}, line ${at.line}:\n    ${at.text}`
    : `${where}:\n    ${source.trim().split("\n")[0]}`;
  const error = syntax ? `SyntaxError: ${syntax.message}` : `${name}: ${failure.message}`;
  const inFiles = traceback.filter((line) => /^\s+at /.test(line) && line.includes("file://"));
  return [place, error, ...inFiles.slice(0, 5)].join("\n");
}
