import { deepEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { noPlugin } from "../engine/support_test.ts";
import { ROOT } from "../paths.ts";
import { docExamples } from "./doc_examples.ts";

const examples = docExamples();

/** An example with few steps, and a small model where it names none. */
const shortened = (code: string): string =>
  code.replaceAll(/\b(steps|evaluateEvery): \d+/g, "$1: 2")
    .replaceAll(/(?<=target\b.*)steps: 2\b(?!.*build)/g, "steps: 2, width: 8, heads: 2, depth: 2");

// Their types are checked with all others, and among the slow tests each runs as it stands, by itself. Here they share this
// process: one of its own would load the whole workspace for each.
for (const [name, code] of examples) {
  Deno.test({
    name: `docs: ${name} runs`,
    ignore: noPlugin,
    async fn() {
      const [before, folder] = [Deno.cwd(), await Deno.makeTempDir()];
      try {
        await Deno.writeTextFile(join(folder, name), shortened(code));
        Deno.chdir(folder);
        await import(pathToFileURL(join(folder, name)).href);
      } finally {
        Deno.chdir(before);
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test("every function of lib/mod.ts is in an example of docs or in a notebook", async () => {
  const notebooks = join(ROOT, "notebooks");
  const cells = [...Deno.readDirSync(notebooks)].filter(({ name }) => name.endsWith(".ipynb"))
    .map(({ name }) => Deno.readTextFileSync(join(notebooks, name)));
  ok(examples.size > 0 && cells.length > 0);
  const used = [...examples.values(), ...cells].join("\n");
  const names = Object.keys(await import("../mod.ts"));
  const lacking = names.filter((name) =>
    !new RegExp(`spin\\.${name}\\b|\\b${name}\\b[^\\n]*\\} = spin;`).test(used)
  );
  deepEqual(lacking, []);
});
