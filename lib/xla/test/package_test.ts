import { deepEqual, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { backendTest, CONFIG, findTestPlugin } from "./support/backend.ts";
import { FOUND_WEIGHTS, pack, PACKAGE, readmeExample, run } from "./support/packed.ts";

/** An address at which nothing answers: what is not on this machine can't be had. */
const NO_NETWORK: Record<string, string> = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_COLOR: "1",
};

/** Runs an example where the configuration finds the package, types checked. @returns what it printed */
async function runExample(
  example: string,
  config: string,
  cwd: string | URL,
  network = NO_NETWORK,
): Promise<string> {
  const { path } = await findTestPlugin();
  return await run(Deno.execPath(), ["eval", `--config=${config}`, "--check", example], cwd, {
    ...network,
    PJRT_PLUGIN_LIBRARY_PATH: path!,
  });
}

backendTest("the example of the README runs", async () => {
  match(await runExample(await readmeExample(), CONFIG, PACKAGE), FOUND_WEIGHTS);
});

Deno.test("the README names the wheel of the table", async () => {
  const { cpu: [{ package: name, version, member }] } = JSON.parse(
    await Deno.readTextFile(new URL("src/plugins/table.json", PACKAGE)),
  );
  const readme = await Deno.readTextFile(new URL("README.md", PACKAGE));
  ok(readme.includes(`${name}==${version}`) && readme.includes(member), `${name} ${version} ${member}`);
});

backendTest("the five minutes of the README run, and both of its trainings learn", async () => {
  const said = await runExample(await readmeExample("Five minutes"), CONFIG, PACKAGE);
  const validation = said.match(/validation \[([^\]]*)\]/)![1]!.split(",").map(Number);
  ok(validation.length === 10 && validation.at(-1)! < validation[0]!, said);
  const losses = [...said.matchAll(/^(\d+)00 ([\d.]+)$/gm)].map(([, , loss]) => Number(loss));
  ok(losses.length === 9 && losses.at(-1)! < validation[0]!, said);
});

backendTest("the example of the README runs with the packed package alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const tarball = `${folder}/package.tgz`;
    await pack(tarball, NO_NETWORK);
    await run("tar", ["xzf", tarball], folder, NO_NETWORK);
    const { name, exports, dependencies } = JSON.parse(
      await Deno.readTextFile(`${folder}/package/package.json`),
    );
    deepEqual(Object.keys(dependencies), ["@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs-core"]);
    const imports = { ...manifest.imports, [name]: `./package/${exports["."].import}` };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "none", imports }));
    // A project of its own finds its npm packages by itself, as a user's does.
    match(await runExample(await readmeExample(), `${folder}/deno.json`, folder, {}), FOUND_WEIGHTS);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the package could be published, without its tests", async () => {
  const said = await run(Deno.execPath(), ["publish", "--dry-run", "--allow-dirty"], PACKAGE, NO_NETWORK);
  match(said, /Success Dry run complete/);
  const files = [...said.matchAll(/file:\/\/\S+/g)].map(([url]) => url.slice(PACKAGE.href.length));
  for (const name of ["LICENSE", "README.md", "CHANGELOG.md", "src/mod.ts", "src/plugins/table.json"]) {
    ok(files.includes(name), name);
  }
  deepEqual(files.filter((name) => name.startsWith("test/")), []);
});

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
      if (!allowed) others.push(`${fileURLToPath(url)}: ${specifier}`);
    }
  }
  deepEqual(others, []);
});

/** The files of a folder and of those in it. */
async function* filesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder));
    else yield new URL(name, folder);
  }
}
