import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { noPlugin } from "../engine/support_test.ts";
import { ROOT } from "../paths.ts";

const DOCS = join(ROOT, "docs");

/** The TypeScript examples of a page, with the workspace's modules by their whole address. */
function examplesOf(page: string): string[] {
  const lib = pathToFileURL(join(ROOT, "lib")).href;
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) =>
    code!.replaceAll('"../lib/', `"${lib}/`)
      // Records of an example are nobody's results.
      .replaceAll(/spin\.run\((\w+), settings\)/g, 'spin.run($1, settings, { records: "." })')
  );
}

const examples = [...Deno.readDirSync(DOCS)].filter(({ name }) => name.endsWith(".md"))
  .flatMap(({ name }) =>
    examplesOf(Deno.readTextFileSync(join(DOCS, name))).map((code, i) => ({
      name: `${name.replace(".md", "")}_${i + 1}.ts`,
      code,
    }))
  );

/** Runs `deno` with the examples in a folder of their own. */
async function withExamples(...words: string[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const { name, code } of examples) await Deno.writeTextFile(join(folder, name), code);
    const [command, ...rest] = words;
    const args = [command!, "--quiet", "--config", join(ROOT, "deno.json"), ...rest];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the examples of docs are of right types", () =>
  withExamples("check", ...examples.map(({ name }) => name)));

for (const { name } of examples) {
  Deno.test({
    name: `docs: ${name} runs`,
    ignore: noPlugin,
    fn: () => withExamples("run", "--no-check", "--allow-all", name),
  });
}

Deno.test("every function of lib/mod.ts is in an example of docs or in a notebook", async () => {
  const notebooks = join(ROOT, "notebooks");
  const cells = [...Deno.readDirSync(notebooks)].filter(({ name }) => name.endsWith(".ipynb"))
    .map(({ name }) => Deno.readTextFileSync(join(notebooks, name)));
  const used = [...examples.map(({ code }) => code), ...cells].join("\n");
  const names = Object.keys(await import("../mod.ts"));
  const lacking = names.filter((name) =>
    !new RegExp(`spin\\.${name}\\b|\\b${name}\\b[^\\n]*\\} = spin;`).test(used)
  );
  deepEqual(lacking, []);
});
