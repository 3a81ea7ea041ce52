/**
 * Parameters of a notebook: constants declared in its cell tagged `parameters`, overridden for one run by a cell
 * that declares them again right after it.
 */
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { type Notebook, type NotebookCell, plainText } from "./format.ts";

const DECLARED = "parameters";
export const INJECTED = "injected-parameters";

export type ParameterValue = number | boolean | string | number[] | string[];

const hasTag = (tag: string) => (cell: NotebookCell) => cell.metadata.tags?.includes(tag) ?? false;

const DECLARATION = /^(?:const|let)\s+(\w+)\s*(?::[^=\n]+)?=\s*([\s\S]*?);[ \t]*(?:\/\/.*)?$/gm;

/** The declared parameters and their defaults; a declaration that is not a plain value is not a parameter. */
export function declaredParameters(notebook: Notebook): Map<string, ParameterValue> {
  const cell = notebook.cells.find(hasTag(DECLARED));
  const found = new Map<string, ParameterValue>();
  for (const [, name, text] of plainText(cell?.source ?? "").matchAll(DECLARATION)) {
    const value = literal(text!);
    if (value !== undefined) found.set(name!, value);
  }
  return found;
}

/** The value of a literal in TypeScript: a number, a boolean, a string or a list of one kind of them. */
function literal(text: string): ParameterValue | undefined {
  const json = text.trim()
    .replace(/'((?:[^'\\]|\\.)*)'/g, (_, inner) => JSON.stringify(inner))
    .replace(/(?<=\d)_(?=\d)/g, "")
    .replace(/,\s*\]$/, "]");
  try {
    const value = JSON.parse(json);
    const kinds = new Set([value].flat().map((item) => typeof item));
    const plain = kinds.size <= 1 &&
      [...kinds].every((kind) => ["number", "boolean", "string"].includes(kind));
    return plain ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads settings of the form `name=value` by the type of each parameter's default; a list is given with commas.
 *
 * @throws UserError for a setting without "=", a name that is not declared, or a value of another type
 */
export function parseSettings(
  settings: string[],
  declared: Map<string, ParameterValue>,
  path: string,
): Map<string, ParameterValue> {
  const values = new Map<string, ParameterValue>();
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (equals < 1) throw new UserError(`--set ${setting}: expected NAME=VALUE, for example --set folds=3`);
    const [name, text] = [setting.slice(0, equals).trim(), setting.slice(equals + 1).trim()];
    const standard = declared.get(name);
    if (standard === undefined) throw new UserError(undeclared(name, declared, path));
    values.set(name, parseAs(standard, text, name));
  }
  return values;
}

function undeclared(name: string, declared: Map<string, ParameterValue>, path: string): string {
  if (declared.size === 0) {
    return `--set ${name}: ${path} has no parameters (no cell tagged "${DECLARED}" that declares constants)`;
  }
  return `--set ${name}: ${path} has no parameter ${unknown(name, [...declared.keys()])}`;
}

function parseAs(standard: ParameterValue, text: string, name: string): ParameterValue {
  const wrong = (expected: string) =>
    new UserError(
      `--set ${name}: expected ${expected} (the default is ${JSON.stringify(standard)}), found "${text}"`,
    );
  if (typeof standard === "string") return text;
  if (typeof standard === "boolean") {
    if (text !== "true" && text !== "false") throw wrong("true or false");
    return text === "true";
  }
  if (typeof standard === "number") return parseNumber(text) ?? fail(wrong("a number"));
  const items = text === "" ? [] : text.split(",").map((item) => item.trim());
  if (typeof standard[0] !== "number") return items;
  return items.map((item) => parseNumber(item) ?? fail(wrong("numbers with commas between them")));
}

function parseNumber(text: string): number | undefined {
  const value = text === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function fail(error: Error): never {
  throw error;
}

function code(value: ParameterValue): string {
  return Array.isArray(value)
    ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]`
    : JSON.stringify(value);
}

/** A copy of the notebook that runs with these values; cells injected earlier are replaced. */
export function withParameters(notebook: Notebook, values: Map<string, ParameterValue>): Notebook {
  const cells = notebook.cells.filter((cell) => !hasTag(INJECTED)(cell));
  if (values.size > 0) {
    const lines = [...values].map(([name, value]) => `const ${name} = ${code(value)};`);
    cells.splice(cells.findIndex(hasTag(DECLARED)) + 1, 0, {
      cell_type: "code",
      id: INJECTED,
      metadata: { tags: [INJECTED] },
      source: ["// Set for this run.", ...lines].join("\n"),
      outputs: [],
      execution_count: null,
    });
  }
  return { ...notebook, cells };
}
