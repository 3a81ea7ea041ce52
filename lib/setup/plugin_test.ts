import { equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { findPlugin, pluginFor, verifyPlugin, whyNoPlugin } from "./plugin.ts";

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
    await rejects(verifyPlugin(path, { sha256: SHA256 }), (error: Error) => {
      equal(error instanceof UserError, true);
      match(error.message, new RegExp(`damaged .* expected SHA-256 ${SHA256}, found [0-9a-f]{64}\\.`));
      match(error.message, /task setup --repair$/);
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
    await rejects(findPlugin(), /PJRT_PLUGIN_LIBRARY_PATH is \/nowhere\/plugin\.so, which is not there/);
  } finally {
    if (before === undefined) Deno.env.delete("PJRT_PLUGIN_LIBRARY_PATH");
    else Deno.env.set("PJRT_PLUGIN_LIBRARY_PATH", before);
  }
});
