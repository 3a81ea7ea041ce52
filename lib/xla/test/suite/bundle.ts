import * as esbuild from "esbuild";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a package that the import map names lies in Deno's cache. */
const packageFolder = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

const CORE = "@tensorflow/tfjs-core";
/** Packages that must be there once: all that imports them has to get the same module. */
const SOURCES: Record<string, string> = {
  [CORE]: "dist/index.js",
  "@tensorflow/tfjs-backend-cpu": "dist/index.js",
};

/** It reads files of its own folder. */
const JASMINE = "jasmine-core";

/** Packages that node-fetch uses where they are there. */
const OPTIONAL = ["encoding"];

const ENTRY = `
import "${CORE}/dist/public/chained_ops/register_all_chained_ops.js";
import "${CORE}/dist/register_all_gradients.js";
import "@tensorflow/tfjs-backend-cpu";
export { setTestEnvs, setupTestFilters } from "${CORE}/dist/jasmine_util.js";
export { getKernelsForBackend } from "${CORE}";
export { liveBuffers, registerXla } from "../../src/mod.ts";
export const loadTests = () => import("${CORE}/dist/tests.js");
`;

/** Finds packages in Deno's cache, where there is no folder node_modules. */
const denoPackages: esbuild.Plugin = {
  name: "deno-packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (isBuiltin(path) || OPTIONAL.includes(path)) return { path, external: true };
      const name = path.split("/").slice(0, path.startsWith("@") ? 2 : 1).join("/");
      const file = path === name ? SOURCES[name] : path.slice(name.length + 1);
      if (SOURCES[name] && file) return { path: join(packageFolder(name), withExtension(file)) };
      return { path: createRequire(importer || import.meta.url).resolve(path), external: path === JASMINE };
    });
  },
};

const withExtension = (file: string): string => file.endsWith(".js") ? file : `${file}.js`;

/**
 * Builds one module of tfjs-core, its test suite and this backend, so that all of them share one tfjs-core.
 *
 * @param outfile where it is written
 */
export async function bundleSuite(outfile: string): Promise<void> {
  await build({
    stdin: { contents: ENTRY, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: "ts" },
    outfile,
  });
}

/** Builds the program that runs the suite, for runtimes that don't read TypeScript. */
export async function bundleChild(outfile: string): Promise<void> {
  await build({ entryPoints: [fileURLToPath(new URL("child.ts", import.meta.url))], outfile });
}

async function build(options: esbuild.BuildOptions): Promise<void> {
  try {
    await esbuild.build({
      ...options,
      bundle: true,
      format: "esm",
      platform: "node",
      // The package's list of modules with side effects leaves its tests out.
      ignoreAnnotations: true,
      banner: {
        js:
          'import * as nodeModule from "node:module"; const require = nodeModule.createRequire(import.meta.url);',
      },
      logLevel: "error",
      plugins: [denoPackages],
    });
  } finally {
    await esbuild.stop();
  }
}
