/**
 * Finds the line of a cell that an error came from. The kernel runs a cell after turning it into JavaScript and names
 * lines of that; `deno transpile` turns it likewise, with a source map that leads back.
 */
import { SourceMap } from "node:module";
import { join } from "node:path";
import { runTool } from "../setup/command.ts";

interface CellLine {
  /** Line in the cell, from 1. */
  line: number;
  text: string;
}

interface CellFailure {
  /** The error's class, as "TypeError". */
  name: string;
  message: string;
  /** The stack, a line each. */
  traceback: string[];
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

/** The stack's lines that lie in files of the workspace, the innermost first. */
function framesInFiles(traceback: string[]): string[] {
  return traceback.filter((line) => /^\s+at /.test(line) && line.includes("file://")).slice(0, 5);
}

/** A failed cell in a few lines: where, which line, which error, through which files. */
export async function describeFailure(source: string, failure: CellFailure, where: string): Promise<string> {
  const { name, traceback } = failure;
  const syntax = traceback.length === 0 ? await locateSyntaxError(source) : undefined;
  const at = syntax ? syntax.at : await locateThrow(source, traceback);
  const place = at
    ? `${where}, line ${at.line}:\n    ${at.text}`
    : `${where}:\n    ${source.trim().split("\n")[0]}`;
  const error = syntax ? `SyntaxError: ${syntax.message}` : `${name}: ${failure.message}`;
  return [place, error, ...framesInFiles(traceback)].join("\n");
}
