import { equal, match, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { runTool } from "./command.ts";
import { NPM, tensorflowBundle } from "../engine/tensorflow_bundle.ts";
import { findCompiler } from "./tensorflow.ts";

Deno.test("without a C++ compiler, the message says what was looked for and how to get one", async () => {
  await rejects(
    findCompiler(["/nowhere/g++", "/nowhere/clang++"]),
    /^UserError: .* needs a C\+\+ compiler, .*looked for \/nowhere\/g\+\+, .*apt install g\+\+.* CXX=\/path/,
  );
});

Deno.test("the first compiler that starts is taken", async () => {
  const folder = await Deno.makeTempDir();
  const [broken, works] = [join(folder, "broken"), join(folder, "works")];
  await Deno.writeTextFile(broken, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await Deno.writeTextFile(works, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  equal(await findCompiler([join(folder, "none"), broken, works]), works);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the CPU's and the GPU's TensorFlow are of one version, in folders of their own", async () => {
  const [cpu, gpu] = [await tensorflowBundle("cpu"), await tensorflowBundle("gpu")];
  equal(cpu.name, gpu.name);
  notEqual(cpu.folder, gpu.folder);
  match(gpu.repair, /--tensorflow-gpu --repair$/);
});

Deno.test("tfjs-node is of the version of the tfjs that runs above it, and locked with checksums", async () => {
  const root =
    JSON.parse(await Deno.readTextFile(join(import.meta.dirname!, "..", "..", "deno.json"))).imports;
  const { imports } = JSON.parse(await Deno.readTextFile(`${NPM}.json`));
  const version = (target: string) => target.split("@").pop();
  equal(version(imports["@tensorflow/tfjs-node"]), version(root["@tensorflow/tfjs"]));
  const { npm } = JSON.parse(await Deno.readTextFile(`${NPM}.lock`));
  const locked = Object.entries<{ integrity: string }>(npm);
  for (const target of Object.values<string>(imports)) {
    // A name may go on with the versions of its peers.
    const [, entry] = locked.find(([name]) => name.split("_")[0] === target.slice("npm:".length))!;
    match(entry.integrity, /^sha512-/);
  }
});

Deno.test("an unpacked path can't leave the folder", async () => {
  const folder = await Deno.makeTempDir();
  const wheel = join(folder, "bad.whl");
  const python = (await runTool("python3", ["--version"]))?.code === 0 ? "python3" : "python";
  const make = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel: wheel.writestr("../outside.so", "x")`;
  await runTool(python, ["-I", "-c", make, wheel]);
  await Deno.mkdir(join(folder, "in"));
  const unpack = join(import.meta.dirname!, "unpack.py");
  const result = await runTool(python, ["-I", unpack, wheel, join(folder, "in"), "*"]);
  equal(result!.code, 1);
  match(result!.stderr, /\.\.\/outside\.so would leave the folder/);
  equal([...Deno.readDirSync(folder)].some(({ name }) => name === "outside.so"), false);
  await Deno.remove(folder, { recursive: true });
});
