import { type Bundle, isInstalled, verifyBundle } from "@spin/xla/plugins";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { makeBundle } from "./wheels.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

async function withBundle(work: (bundle: Bundle) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work({ folder: join(folder, "parent", "it"), name: "The thing", repair: "setup --thing --repair" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const make = (bundle: Bundle) =>
  makeBundle(bundle, async (folder) => {
    await Deno.writeTextFile(join(folder, "lib.so"), "library");
    await Deno.writeTextFile(join(folder, "notes.txt"), "not native");
    return { "lib.so": sha256("library") };
  });

Deno.test("a bundle is made whole, and its files pass", async () => {
  await withBundle(async (bundle) => {
    equal(await isInstalled(bundle), false);
    await Deno.mkdir(join(bundle.folder, "..", "making-interrupted"), { recursive: true });
    await make(bundle);
    equal(await isInstalled(bundle), true);
    deepEqual(await verifyBundle(bundle), ["lib.so"]);
    deepEqual([...Deno.readDirSync(join(bundle.folder, ".."))].map(({ name }) => name), ["it"]);
    await make(bundle);
    deepEqual(await verifyBundle(bundle), ["lib.so"]);
  });
});

Deno.test("one that fails on the way leaves nothing, and one that was there stays", async () => {
  await withBundle(async (bundle) => {
    const fail = () => makeBundle(bundle, () => Promise.reject(new Error("no network")));
    await rejects(fail(), /no network/);
    deepEqual([...Deno.readDirSync(join(bundle.folder, ".."))], []);
    await make(bundle);
    await rejects(fail(), /no network/);
    deepEqual(await verifyBundle(bundle), ["lib.so"]);
  });
});

Deno.test("a changed or missing file is found, with its checksums and the repair", async () => {
  await withBundle(async (bundle) => {
    await make(bundle);
    const path = join(bundle.folder, "lib.so");
    await Deno.writeTextFile(path, "librarx and more");
    await rejects(
      verifyBundle(bundle),
      new RegExp(
        `expected SHA-256 ${sha256("library")}, found [0-9a-f]{64}\\. To .* setup --thing --repair$`,
      ),
    );
    await Deno.remove(path);
    await rejects(verifyBundle(bundle), /found no file/);
  });
});

Deno.test("a copy of the right content passes, and need not be read again", async () => {
  await withBundle(async (bundle) => {
    await make(bundle);
    const [path, manifest] = ["lib.so", "installed.json"].map((name) => join(bundle.folder, name));
    const before = await Deno.readTextFile(manifest!);
    await Deno.utime(path!, new Date(0), new Date(0));
    await verifyBundle(bundle);
    const after = await Deno.readTextFile(manifest!);
    equal(before === after, false);
    await verifyBundle(bundle);
    equal(await Deno.readTextFile(manifest!), after);
  });
});
