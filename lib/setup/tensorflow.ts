/** Makes the engine of `@tensorflow/tfjs-node`, where lib/engine looks for it. */
import { isInstalled, sha256OfFile, verifyBundle } from "@spin/xla/plugins";
import { cpSync } from "node:fs";
import { join } from "node:path";
import {
  ADDON,
  NPM,
  PACKAGE,
  type TensorflowBundle,
  tensorflowBundle,
  type TensorflowKind,
} from "../engine/tensorflow_bundle.ts";
import { UserError } from "../errors.ts";
import { ROOT } from "../paths.ts";
import { lastLines, runOrExplain, runTool } from "./command.ts";
import { requireSpace } from "./disk.ts";
import { makeBundle, parseLock, type Pin, requirePlatform, type Say, unpackWheels } from "./wheels.ts";

/** The libraries are 0.9 GB for the CPU and 5.3 GB with those of NVIDIA; the largest wheel comes on top. */
const SPACE: Record<TensorflowKind, number> = { cpu: 1.5 * 2 ** 30, gpu: 8 * 2 ** 30 };

/** The libraries do not depend on Python's version; one wheel serves all of them. */
const WHEEL = "--implementation=cp --python-version=3.11 --abi=cp311 --platform=manylinux_2_27_x86_64".split(
  " ",
);

/** The headers that the addon includes, directly or not. */
const HEADERS = [
  "tensorflow/c/*.h",
  "tensorflow/core/platform/ctstring*.h",
  "tsl/platform/ctstring*.h",
  "xla/tsl/c/*.h",
];

const PATTERNS = [
  "tensorflow/libtensorflow_*.so.2",
  ...HEADERS.map((path) => `tensorflow/include/${path}`),
  "nvidia/*.so",
  "nvidia/*.so.*",
  "nvidia/*/bin/*",
  "nvidia/*.bc",
];

/**
 * Makes sure that the `tensorflow` engine is installed, anew with `repair`. @returns a line that names it
 * @throws UserError without a C++ compiler, disk space, network or on a platform without a wheel; nothing is left behind
 */
export async function ensureTensorflow(say: Say, kind: TensorflowKind, repair: boolean): Promise<string> {
  const bundle = await tensorflowBundle(kind);
  if (repair || !await isInstalled(bundle)) await install(bundle, say);
  else await verifyBundle(bundle);
  return `${bundle.name} for the ${kind.toUpperCase()} with the addon of @tensorflow/tfjs-node, checksums verified`;
}

async function install(bundle: TensorflowBundle, say: Say): Promise<void> {
  requirePlatform("the tensorflow engine");
  const compiler = await findCompiler();
  await requireSpace(ROOT, SPACE[bundle.kind], "the tensorflow engine");
  await makeBundle(bundle, async (folder) => {
    say("fetching @tensorflow/tfjs-node from the npm registry");
    const headers = await npmPackages(folder);
    const hashes = await unpackWheels(
      parseLock(bundle.wheels),
      folder,
      {
        patterns: PATTERNS,
        pipArguments: ({ package: name }: Pin) => name.startsWith("tensorflow") ? WHEEL : [],
      },
      say,
    );
    say(
      `compiling the addon of @tensorflow/tfjs-node with ${compiler} (no checksum is known of a ready-made one)`,
    );
    await compile(compiler, folder, headers);
    const include = join(folder, "tensorflow", "include");
    await Deno.remove(include, { recursive: true });
    const native = Object.entries(hashes).filter(([path]) => !path.startsWith("tensorflow/include/"));
    return { ...Object.fromEntries(native), [ADDON]: await sha256OfFile(join(folder, ADDON)) };
  });
}

/** The first of these C++ compilers that starts. @throws UserError that says how to get one */
export async function findCompiler(
  names: string[] = [Deno.env.get("CXX") ?? "", "g++", "clang++"].filter((name) => name !== ""),
): Promise<string> {
  for (const name of names) if ((await runTool(name, ["--version"]))?.code === 0) return name;
  throw new UserError(
    `the tensorflow engine needs a C++ compiler, but none was found (looked for ${names.join(", ")}). ` +
      `Install one ` +
      `(Debian, Ubuntu: sudo apt install g++; Fedora: sudo dnf install gcc-c++), or name one: CXX=/path/to/g++`,
  );
}

/** Puts tfjs-node's JavaScript and its addon's source into a folder; returns that of Node's headers. */
async function npmPackages(folder: string): Promise<string> {
  const project = join(folder, "npm");
  await Deno.mkdir(project);
  await Deno.copyFile(`${NPM}.json`, join(project, "deno.json"));
  await Deno.copyFile(`${NPM}.lock`, join(project, "deno.lock"));
  const script = join(project, "folders.ts");
  await Deno.copyFile(join(import.meta.dirname!, "folders.ts"), script);
  const deno = (args: string[]) =>
    runOrExplain(
      Deno.execPath(),
      args,
      ({ stderr }) =>
        `@tensorflow/tfjs-node could not be fetched; check the network connection, and the registry and proxy that npm ` +
        `uses. Deno said:\n${lastLines(stderr, 6)}`,
      { cwd: project, env: { NO_COLOR: "1" } },
    );
  // A script that only looks up where packages are does not make Deno fetch them.
  await deno(["install", "--quiet", "--frozen"]);
  const packages = ["@tensorflow/tfjs-node", "google-protobuf", "node-api-headers"];
  const { stdout } = await deno([
    "run",
    "--quiet",
    "--frozen",
    "--allow-read",
    "--allow-env",
    script,
    ...packages,
  ]);
  const [tfjs, protobuf, node] = JSON.parse(stdout) as [string, string, string];
  const target = join(folder, PACKAGE);
  const copy = (from: string, to: string) => cpSync(from, to, { recursive: true });
  await Deno.mkdir(target);
  for (const part of ["package.json", "dist", "binding"]) copy(join(tfjs, part), join(target, part));
  copy(protobuf, join(target, "node_modules", "google-protobuf"));
  copy(join(node, "include"), join(folder, "node"));
  await Deno.remove(project, { recursive: true });
  return join(folder, "node");
}

async function compile(compiler: string, folder: string, headers: string): Promise<void> {
  const source = (name: string) => join(folder, PACKAGE, "binding", name);
  await runOrExplain(
    compiler,
    [
      "-std=c++17",
      "-O2",
      "-fPIC",
      "-shared",
      "-w",
      "-DNAPI_VERSION=8",
      `-I${join(folder, "tensorflow", "include")}`,
      `-I${headers}`,
      source("tfjs_backend.cc"),
      source("tfjs_binding.cc"),
      "-o",
      join(folder, ADDON),
      `-L${join(folder, "tensorflow")}`,
      "-l:libtensorflow_cc.so.2",
      "-l:libtensorflow_framework.so.2",
      "-Wl,-rpath,$ORIGIN/tensorflow",
    ],
    ({ stderr }) =>
      `the addon of @tensorflow/tfjs-node could not be compiled. ${compiler} said:\n${lastLines(stderr, 8)}`,
  );
  await Deno.remove(headers, { recursive: true });
}
