/** Notebooks as HTML that needs nothing else: styles, figures and formulas are in it. */
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

interface Named {
  notebook: Notebook;
  name: string;
}

/**
 * Renders notebooks with one of the templates beside this file, all in one Python process, which takes seconds to start:
 * `page` gives whole pages, `part` what goes into a page of others.
 *
 * @throws UserError if one of them cannot be rendered
 */
export async function renderNotebooks(
  notebooks: readonly Named[],
  template: "page" | "part",
): Promise<string[]> {
  const temporary = await Deno.makeTempDir({ prefix: "render-" });
  try {
    const jobs = await Promise.all(notebooks.map(async ({ notebook, name }, i) => {
      const source = join(temporary, `${i}.ipynb`);
      await Deno.writeTextFile(source, notebookText(notebook));
      return { source, target: join(temporary, `${i}.html`), title: notebookTitle(notebook, name) };
    }));
    const names = notebooks.map(({ name }) => name).join(", ");
    await runOrExplain(
      PYTHON,
      ["-I", SCRIPT, template, ...jobs.flatMap(({ source, target, title }) => [source, target, title])],
      ({ stderr }) => `${names} could not be rendered as HTML:\n${lastLines(stderr, 6)}`,
      { env: headlessEnvironment(temporary) },
    );
    return await Promise.all(jobs.map(async ({ target }) => renderFormulas(await Deno.readTextFile(target))));
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** @throws UserError if the page cannot be made or written */
export async function renderNotebook(notebook: Notebook, path: string, name: string): Promise<void> {
  const [page] = await renderNotebooks([{ notebook, name }], "page");
  await writeAtomic(path, page!);
}

const FORMULA = /<tex-math display="(block|inline)">([\s\S]*?)<\/tex-math>/g;

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#x27": "'", amp: "&" };

const unescape = (text: string) => text.replace(/&(lt|gt|quot|#x27|amp);/g, (_, name) => ENTITIES[name]!);

/** Replaces `<tex-math>` elements; a formula that is not valid TeX is shown as it was written, in red. */
export function renderFormulas(html: string): string {
  return html.replace(FORMULA, (_, display, tex) => {
    try {
      const maths = temml.renderToString(unescape(tex), {
        displayMode: display === "block",
        throwOnError: true,
      });
      // On a narrow screen a wide formula is scrolled, from the keyboard too.
      return maths.replace('<math display="block"', '<math tabindex="0" display="block"');
    } catch {
      return `<code class="error">${tex}</code>`;
    }
  });
}
