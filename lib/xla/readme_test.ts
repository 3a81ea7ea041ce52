import { deepEqual, equal, match } from "node:assert/strict";
import { xlaTest } from "../engine/testing.ts";
import { findPlugin } from "../setup/plugin.ts";

const HERE = new URL("./", import.meta.url);
const ROOT = new URL("../../", HERE).pathname;

xlaTest("the example of the README runs and finds its weights", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", HERE));
  const example = readme.match(/```ts\n([\s\S]*?)```/)![1]!;
  const { path } = await findPlugin();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--check", example],
    cwd: ROOT,
    env: { PJRT_PLUGIN_LIBRARY_PATH: path!, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  match(
    new TextDecoder().decode(stdout),
    /\[\[\s*(2|1\.99\d+|2\.00\d+)\s*\],\s*\[-(1|0\.99\d+|1\.00\d+)\s*\]\]/,
  );
});

Deno.test("the folder imports nothing from the rest of the workspace, tests aside", async () => {
  const outside: string[] = [];
  const visit = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const url = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory) await visit(url);
      else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
        for (const [, specifier] of (await Deno.readTextFile(url)).matchAll(/from "(\.[^"]+)"/g)) {
          if (!new URL(specifier!, url).href.startsWith(HERE.href)) outside.push(`${url.href}: ${specifier}`);
        }
      }
    }
  };
  await visit(HERE);
  deepEqual(outside, []);
});
