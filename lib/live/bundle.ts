/** The page of a panel as one script, bundled from npm packages: a browser fetches nothing from elsewhere. */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { writeAtomic } from "../files.ts";
import { CACHE, ROOT } from "../paths.ts";

const PAGE = join(import.meta.dirname!, "page");
const BUNDLES = join(CACHE, "panel");

/** Finds packages in Deno's cache, where there is no folder node_modules. */
const denoPackages: esbuild.Plugin = {
  name: "deno-packages",
  setup(build) {
    build.onResolve(
      { filter: /^[^./]/ },
      ({ path, importer, kind }) =>
        kind === "entry-point"
          ? undefined
          : { path: createRequire(importer || import.meta.url).resolve(path) },
    );
  },
};

/** Texts that a bundle is made of; of the packages, their versions. */
async function sourceDigest(): Promise<string> {
  const hash = createHash("sha256").update(await Deno.readTextFile(join(ROOT, "deno.json")));
  for (const { name } of [...Deno.readDirSync(PAGE)].toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    hash.update(await Deno.readTextFile(join(PAGE, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** The page's script; made once and kept until its sources change. */
export async function pageScript(): Promise<string> {
  const file = join(BUNDLES, `${await sourceDigest()}.js`);
  const known = await Deno.readTextFile(file).catch(() => undefined);
  if (known !== undefined) return known;
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [join(PAGE, "main.ts")],
      bundle: true,
      format: "iife",
      platform: "browser",
      minify: true,
      write: false,
      logLevel: "error",
      loader: { ".css": "text" },
      plugins: [denoPackages],
    });
    const text = outputFiles[0]!.text;
    await Deno.mkdir(BUNDLES, { recursive: true });
    await writeAtomic(file, text);
    return text;
  } finally {
    await esbuild.stop();
  }
}
