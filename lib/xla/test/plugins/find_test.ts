import { equal, match, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import type { Driver } from "../../src/plugins/driver.ts";
import { choosesCuda, findPlugin, pluginFor, verifyPlugin, whyNoPlugin } from "../../src/plugins/find.ts";
import { UserError } from "../../src/errors.ts";

/** As set-up would be started. */
const command = (words: string) => `make ${words}`;

/** SHA-256 of "a plugin", computed with coreutils. */
const SHA256 = "bc1de45bfa4006cb1695e194d9bdf6532af14e323de66a5bd13b146184b15d30";

async function withPlugin(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "plugin.so");
  await Deno.writeTextFile(path, "a plugin");
  try {
    await work(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a plugin with the right checksum passes", async () => {
  await withPlugin((path) => verifyPlugin(path, { sha256: SHA256 }));
});

Deno.test("one changed byte is found even after the file had passed, and both checksums and the repair are told", async () => {
  await withPlugin(async (path) => {
    await verifyPlugin(path, { sha256: SHA256 });
    await Deno.writeTextFile(path, "a plugim");
    // Both writes may fall into the same millisecond here.
    await Deno.utime(path, new Date(), new Date(Date.now() + 1000));
    await rejects(verifyPlugin(path, { sha256: SHA256 }, { command }), (error: Error) => {
      equal(error instanceof UserError, true);
      match(error.message, new RegExp(`damaged .* expected SHA-256 ${SHA256}, found [0-9a-f]{64}\\.`));
      match(error.message, /To install it again: make --repair$/);
      return true;
    });
  });
});

Deno.test("a file that passed is not read again while it stays the same file", async () => {
  await withPlugin(async (path) => {
    await verifyPlugin(path, { sha256: SHA256 });
    const { atime, mtime } = await Deno.stat(path);
    // Same inode, size and time, other content: only reading the file could tell.
    await Deno.writeTextFile(path, "A PLUGIN");
    await Deno.utime(path, atime!, mtime!);
    await verifyPlugin(path, { sha256: SHA256 });
  });
});

Deno.test("what was verified for one checksum does not pass for another", async () => {
  await withPlugin(async (path) => {
    await verifyPlugin(path, { sha256: SHA256 });
    await rejects(verifyPlugin(path, { sha256: SHA256.replace("b", "a") }), /damaged/);
  });
});

Deno.test("platforms without a plugin get one line that says what can be done", () => {
  equal(pluginFor("aarch64-apple-darwin"), undefined);
  match(
    whyNoPlugin("aarch64-apple-darwin"),
    /^No XLA plugin is known for aarch64-apple-darwin; PJRT_PLUGIN_LIBRARY_PATH/,
  );
});

Deno.test("a plugin that the user names must be there", async () => {
  const before = Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH");
  Deno.env.set("PJRT_PLUGIN_LIBRARY_PATH", "/nowhere/plugin.so");
  try {
    await rejects(
      findPlugin({ folder: "/nowhere" }),
      /PJRT_PLUGIN_LIBRARY_PATH is \/nowhere\/plugin\.so, which is not there/,
    );
  } finally {
    if (before === undefined) Deno.env.delete("PJRT_PLUGIN_LIBRARY_PATH");
    else Deno.env.set("PJRT_PLUGIN_LIBRARY_PATH", before);
  }
});

const GPU: Driver = { cuda: [13, 0], gpus: 1, reason: "" };
const NONE: Driver = { gpus: 0, reason: "no NVIDIA driver was found (libcuda.so.1)" };

Deno.test("auto takes a GPU where its plugin is installed and the driver has one", () => {
  equal(choosesCuda("auto", true, () => GPU), true);
  equal(choosesCuda("auto", true, () => NONE), false);
  equal(choosesCuda("auto", false, () => GPU), false);
});

Deno.test("a GPU is taken by name, and never against it", () => {
  equal(choosesCuda("cuda", true, () => GPU), true);
  equal(choosesCuda("cpu", true, () => GPU), false);
});

Deno.test("the driver is not asked where no plugin is installed", () => {
  const never = (): Driver => {
    throw new Error("asked");
  };
  equal(choosesCuda("auto", false, never), false);
  equal(choosesCuda("cpu", true, never), false);
});

Deno.test("a GPU that was asked for and can't be used is an error that says why and what to do", () => {
  throws(
    () => choosesCuda("cuda", true, () => NONE),
    /^UserError: the device is to be cuda, but no NVIDIA driver/,
  );
  throws(
    () => choosesCuda("cuda", false, () => GPU, command),
    /is not installed: make --cuda installs it$/,
  );
  throws(
    () => choosesCuda("cuda", false, () => NONE, command),
    /installs it \(and no NVIDIA driver was found/,
  );
});
