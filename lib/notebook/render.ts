/** A notebook as one HTML page that needs nothing else: styles, figures and formulas are in it. */
import { join } from "node:path";
import temml from "temml";
import { writeAtomic } from "../files.ts";
import { PYTHON } from "../paths.ts";
import { lastLines, runOrExplain } from "../setup/command.ts";
import { headlessEnvironment } from "./execute.ts";
import { type Notebook, notebookText, plainText } from "./format.ts";

const SCRIPT = join(import.meta.dirname!, "render.py");

/** The first heading of a notebook, or `fallback`. */
export function notebookTitle(notebook: Notebook, fallback: string): string {
  for (const { cell_type, source } of notebook.cells) {
    const heading = cell_type === "markdown" ? /^#+ +(.+)$/m.exec(plainText(source)) : null;
    if (heading) return heading[1]!.replace(/[*_`$]/g, "").trim();
  }
  return fallback;
}

/**
 * Writes the page of a notebook.
 *
 * @throws UserError if the page cannot be made or written
 */
export async function renderNotebook(notebook: Notebook, path: string, name: string): Promise<void> {
  const temporary = await Deno.makeTempDir({ prefix: "render-" });
  try {
    const source = join(temporary, "source.ipynb");
    const target = join(temporary, "page.html");
    await Deno.writeTextFile(source, notebookText(notebook));
    await runOrExplain(
      PYTHON,
      ["-I", SCRIPT, source, target, notebookTitle(notebook, name)],
      ({ stderr }) => `${name} could not be rendered as HTML:\n${lastLines(stderr, 6)}`,
      { env: headlessEnvironment(temporary) },
    );
    await writeAtomic(path, renderFormulas(await Deno.readTextFile(target)));
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

const FORMULA = /<tex-math display="(block|inline)">([\s\S]*?)<\/tex-math>/g;

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#x27;": "'",
  "&amp;": "&",
};

const unescape = (text: string) => text.replace(/&(?:lt|gt|quot|#x27|amp);/g, (entity) => ENTITIES[entity]!);

/** Replaces `<tex-math>` elements; a formula that is not valid TeX is shown as it was written, in red. */
export function renderFormulas(html: string): string {
  return html.replace(FORMULA, (_, display, tex) => {
    try {
      return temml.renderToString(unescape(tex), { displayMode: display === "block", throwOnError: true });
    } catch {
      return `<code class="error">${tex}</code>`;
    }
  });
}
