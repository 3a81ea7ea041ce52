import { deepEqual, equal, match } from "node:assert/strict";
import { CONFIG, findPlugin, xlaTest } from "./support/backend.ts";
import manifest from "../deno.json" with { type: "json" };

const PACKAGE = new URL("../", import.meta.url);

xlaTest("the example of the README runs and finds its weights", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", PACKAGE));
  const example = readme.match(/```ts\n([\s\S]*?)```/)![1]!;
  const { path } = await findPlugin();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${CONFIG}`, "--check", example],
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

/** The files of a folder and of those in it. */
async function* filesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder));
    else yield new URL(name, folder);
  }
}

Deno.test("the package imports its own files, node's modules and the npm packages that it names, tests included", async () => {
  const named = [manifest.name, ...Object.keys(manifest.imports)];
  const others: string[] = [];
  for await (const url of filesIn(PACKAGE)) {
    if (!url.pathname.endsWith(".ts")) continue;
    for (const [, specifier] of (await Deno.readTextFile(url)).matchAll(/(?:^import|from) "([^"$]+)"/gm)) {
      const allowed = specifier!.startsWith(".")
        ? new URL(specifier!, url).href.startsWith(PACKAGE.href)
        : specifier!.startsWith("node:") ||
          named.some((name) => specifier === name || specifier!.startsWith(`${name}/`));
      if (!allowed) others.push(`${url.href}: ${specifier}`);
    }
  }
  deepEqual(others, []);
});
