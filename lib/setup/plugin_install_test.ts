import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { runTool } from "./command.ts";
import { type CpuPlugin, sha256OfFile } from "@spin/xla/plugins";
import { PYTHON } from "../paths.ts";
import { installPlugin } from "./plugin.ts";

const WHEEL = "tiny_plugin-1.0-py3-none-any.whl";

const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("tiny_plugin/lib.so", "a plugin")
    wheel.writestr("tiny_plugin-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny-plugin\\nVersion: 1.0\\n")
    wheel.writestr("tiny_plugin-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("tiny_plugin-1.0.dist-info/RECORD", "")
`;

interface Shop {
  folder: string;
  plugin: CpuPlugin;
}

/** A package index that is a folder with one small wheel; nothing leaves the machine. */
async function withIndex(work: (shop: Shop) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const wheel = join(folder, "index", WHEEL);
  await Deno.mkdir(join(folder, "index"));
  await runTool(PYTHON, ["-I", "-c", MAKE_WHEEL, wheel]);
  const plugin: CpuPlugin = {
    platform: "any",
    package: "tiny-plugin",
    version: "1.0",
    wheelSha256: await sha256OfFile(wheel),
    wheelSize: 1,
    member: "tiny_plugin/lib.so",
    file: "lib.so",
    sha256: "bc1de45bfa4006cb1695e194d9bdf6532af14e323de66a5bd13b146184b15d30",
    size: 8,
  };
  const settings = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: join(folder, "index") };
  const before = Object.keys(settings).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(settings)) Deno.env.set(name, value);
  try {
    await work({ folder, plugin });
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}

const install = ({ folder, plugin }: Shop) =>
  installPlugin(plugin, join(folder, "plugins", "there", "lib.so"), join(folder, "plugins"), () => {});

const left = (folder: string) => [...Deno.readDirSync(join(folder, "plugins"))].map(({ name }) => name);

Deno.test("a plugin is downloaded, unpacked and put in place", async () => {
  await withIndex(async (shop) => {
    await Deno.mkdir(join(shop.folder, "plugins", "download-interrupted"), { recursive: true });
    await install(shop);
    equal(await Deno.readTextFile(join(shop.folder, "plugins", "there", "lib.so")), "a plugin");
    deepEqual(left(shop.folder), ["there"]);
  });
});

Deno.test("a download with another checksum is refused and leaves nothing", async () => {
  await withIndex(async ({ folder, plugin }) => {
    const wheelSha256 = "0".repeat(64);
    await rejects(
      install({ folder, plugin: { ...plugin, wheelSha256 } }),
      new RegExp(`does not match its checksum: expected SHA-256 0{64}, found ${plugin.wheelSha256}`),
    );
    deepEqual(left(folder), []);
  });
});

Deno.test("a library with another checksum than the download's promises is refused and leaves nothing", async () => {
  await withIndex(async ({ folder, plugin }) => {
    const shop = { folder, plugin: { ...plugin, sha256: "1".repeat(64) } };
    await rejects(
      install(shop),
      /^UserError: lib\.so does not match its checksum: expected SHA-256 1{64}, found bc1d/,
    );
    deepEqual(left(folder), []);
  });
});

Deno.test("a version that the index does not have is told as such", async () => {
  await withIndex(async ({ folder, plugin }) => {
    await rejects(
      install({ folder, plugin: { ...plugin, version: "2.0" } }),
      /tiny-plugin 2\.0 could not be installed/,
    );
    deepEqual(left(folder), []);
  });
});
