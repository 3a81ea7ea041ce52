import { equal } from "node:assert/strict";
import { join } from "node:path";
import { noPlugin } from "../engine/support_test.ts";
import { ROOT } from "../paths.ts";
import { docExamples, writeDocExamples } from "./doc_examples.ts";

for (const name of docExamples().keys()) {
  Deno.test({
    name: `docs: ${name} runs in a process of its own, to its end`,
    ignore: noPlugin,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await writeDocExamples(folder);
        const { code, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--quiet", "--config", join(ROOT, "deno.json"), "--no-check", "--allow-all", name],
          cwd: folder,
        }).output();
        equal(code, 0, new TextDecoder().decode(stderr));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
