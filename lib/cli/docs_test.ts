import { equal } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { noPlugin } from "../engine/testing.ts";
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

for (const { name } of [...Deno.readDirSync(DOCS)].filter(({ name }) => name.endsWith(".md"))) {
  const examples = examplesOf(Deno.readTextFileSync(join(DOCS, name)));
  examples.forEach((code, i) =>
    Deno.test({
      name: `docs/${name}: example ${i + 1} is of right types and runs`,
      ignore: noPlugin,
      async fn() {
        const folder = await Deno.makeTempDir();
        try {
          const file = join(folder, "example.ts");
          await Deno.writeTextFile(file, code);
          const args = [
            "run",
            "--quiet",
            "--check",
            "--allow-all",
            "--config",
            join(ROOT, "deno.json"),
            file,
          ];
          const { code: exit, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder })
            .output();
          equal(exit, 0, new TextDecoder().decode(stderr));
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      },
    })
  );
}
