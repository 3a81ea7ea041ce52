/** The TypeScript examples of docs/, as modules: their types are checked, and they are run. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../paths.ts";

const DOCS = join(ROOT, "docs");

/** The examples of a page, with the workspace's modules by their whole address. */
function examplesOf(page: string): string[] {
  const lib = pathToFileURL(join(ROOT, "lib")).href;
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) =>
    code!.replaceAll('"../lib/', `"${lib}/`)
      // Records of an example are nobody's results.
      .replaceAll(/spin\.run\((\w+), settings\)/g, 'spin.run($1, settings, { records: "." })')
  );
}

/** The examples of all pages, by the names of their modules. */
export function docExamples(): Map<string, string> {
  const pages = [...Deno.readDirSync(DOCS)].map(({ name }) => name).filter((name) => name.endsWith(".md"));
  return new Map(
    pages.sort().flatMap((page) =>
      examplesOf(Deno.readTextFileSync(join(DOCS, page))).map((code, i): [string, string] => [
        `${page.replace(".md", "")}_${i + 1}.ts`,
        code,
      ])
    ),
  );
}

/** Writes the examples into a folder. @returns their paths */
export async function writeDocExamples(folder: string): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const examples = docExamples();
  for (const [name, code] of examples) await Deno.writeTextFile(join(folder, name), code);
  return [...examples.keys()].map((name) => join(folder, name));
}
