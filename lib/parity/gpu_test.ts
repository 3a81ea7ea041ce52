import { equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { findPython } from "../setup/environment.ts";
import { pluginOf } from "./gpu.ts";

Deno.test("the plugin of a Python is found among its packages", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("PYTHONPATH");
  try {
    const plugin = join(folder, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so");
    await Deno.mkdir(join(plugin, ".."), { recursive: true });
    await Deno.writeTextFile(plugin, "");
    const { executable } = await findPython();
    Deno.env.set("PYTHONPATH", folder);
    equal(await pluginOf(executable), plugin);
  } finally {
    if (before === undefined) Deno.env.delete("PYTHONPATH");
    else Deno.env.set("PYTHONPATH", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a Python without one, or none at all, is an error that names it", async () => {
  await rejects(
    pluginOf("/nowhere/python"),
    /^UserError: \/nowhere\/python: expected a Python with jax_plugins/,
  );
});
