import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { runTool } from "./command.ts";
import { CUDA_VERSIONS, cudaBundle, sha256OfFile } from "@spin/xla/plugins";
import { PLUGINS, PYTHON } from "../paths.ts";
import { type Lock, parseLock, unpackWheels } from "./wheels.ts";

const HASH = "a".repeat(64);

Deno.test("every lock names versions and checksums, and each package once", async () => {
  const files = ["../engine/locks/tensorflow-cpu", "../engine/locks/tensorflow-gpu", "locks/baselines"];
  const read = (name: string) => Deno.readTextFile(join(import.meta.dirname!, `${name}.txt`));
  const cuda = CUDA_VERSIONS.map((version) => cudaBundle(version, PLUGINS).wheels.join("\n"));
  for (const text of [...cuda, ...await Promise.all(files.map(read))]) {
    const { pins } = parseLock(text);
    equal(new Set(pins.map((pin) => pin.package)).size, pins.length);
  }
});

Deno.test("a line without a version or a checksum is refused", () => {
  const line = `thing==1.0 --hash=sha256:${HASH}`;
  equal(parseLock(`${line}\n`).pins[0]!.version, "1.0");
  equal(parseLock(`${line} --hash=sha256:${HASH}\n`).pins[0]!.version, "1.0");
  for (
    const line of ["thing", "thing==1.0", `thing>=1.0 --hash=sha256:${HASH}`, "thing==1.0 --hash=sha256:ab"]
  ) {
    throws(() => parseLock(line), /lock: expected "package==version --hash=sha256:/);
  }
});

Deno.test("another list of packages has another key", () => {
  const key = (version: string) => parseLock(`thing==${version} --hash=sha256:${HASH}\n`).key;
  equal(key("1.0"), key("1.0"));
  equal(key("1.0") === key("1.1"), false);
});

const MAKE_WHEEL = `
import sys, zipfile
program = zipfile.ZipInfo("native/bin/tool")
program.external_attr = 0o100744 << 16
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("native/lib/lib.so.1", "library")
    wheel.writestr("native/lib/lib.h", "header")
    wheel.writestr(program, "tool")
    wheel.writestr("native-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: native\\nVersion: 1.0\\n")
    wheel.writestr("native-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("native-1.0.dist-info/RECORD", "")
`;

/** A package index that is a folder with one small wheel; nothing leaves the machine. */
async function withIndex(work: (lock: Lock, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const wheel = join(folder, "index", "native-1.0-py3-none-any.whl");
  for (const name of ["index", "out"]) await Deno.mkdir(join(folder, name));
  await runTool(PYTHON, ["-I", "-c", MAKE_WHEEL, wheel]);
  const settings = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: join(folder, "index") };
  const before = Object.keys(settings).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(settings)) Deno.env.set(name, value);
  try {
    await work(parseLock(`native==1.0 --hash=sha256:${await sha256OfFile(wheel)}\n`), join(folder, "out"));
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what is wanted of a wheel is unpacked with its checksums; programs may be executed", async () => {
  await withIndex(async (lock, folder) => {
    const patterns = ["*.so.*", "native/bin/*"];
    const hashes = await unpackWheels(lock, folder, { patterns }, () => {});
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    deepEqual(hashes, { "native/lib/lib.so.1": sha256("library"), "native/bin/tool": sha256("tool") });
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["native"]);
    equal((await Deno.stat(join(folder, "native/bin/tool"))).mode! & 0o111, 0o111);
    equal((await Deno.stat(join(folder, "native/lib/lib.so.1"))).mode! & 0o111, 0);
  });
});

Deno.test("a wheel with another checksum, or without any wanted file, is refused", async () => {
  await withIndex(async (lock, folder) => {
    const wrong = parseLock(`native==1.0 --hash=sha256:${HASH}\n`);
    await rejects(unpackWheels(wrong, folder, { patterns: ["*"] }, () => {}), /does not match its checksum/);
    await rejects(
      unpackWheels(lock, folder, { patterns: ["*.dll"] }, () => {}),
      /native 1\.0: expected files like \*\.dll, found none/,
    );
  });
});
