import { installedCuda, probeDriver } from "@spin/xla/plugins";
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { PLUGINS, ROOT } from "../paths.ts";
import { findDevice, gpuOptions } from "./device.ts";

Deno.test("memory of a GPU is taken as needed, or a share of it at once", () => {
  deepEqual(gpuOptions(undefined), { createOptions: { preallocate: false } });
  deepEqual(gpuOptions("0.5"), { createOptions: { preallocate: true, memory_fraction: 0.5 } });
  for (const wrong of ["0", "1.5", "half", "-1"]) {
    throws(() => gpuOptions(wrong), /SPIN_GPU_MEMORY: expected a share .* found/);
  }
});

async function withVariables(values: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

Deno.test("an unknown device or precision is refused with those there are", async () => {
  await withVariables({ SPIN_DEVICE: "tpu" }, async () => {
    await rejects(findDevice(), /SPIN_DEVICE: expected one of auto, cuda, cpu, found 'tpu'/);
  });
  await withVariables({ SPIN_PRECISION: "half" }, async () => {
    await rejects(findDevice(), /SPIN_PRECISION: expected one of float32, tf32, bfloat16, found 'half'/);
  });
});

Deno.test("a plugin that is named goes before the device; one for GPUs gets their options", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [plain, cuda] = [`${folder}/libpjrt_cpu.so`, `${folder}/xla_cuda_plugin.so`];
    for (const path of [plain, cuda]) await Deno.writeTextFile(path, "");
    await withVariables({ PJRT_PLUGIN_LIBRARY_PATH: plain, SPIN_DEVICE: "cuda" }, async () => {
      deepEqual(await findDevice(), { path: plain, reason: "", cuda: false });
    });
    await withVariables({ PJRT_PLUGIN_LIBRARY_PATH: cuda, SPIN_PRECISION: "tf32" }, async () => {
      deepEqual(await findDevice(), {
        path: cuda,
        reason: "",
        cuda: true,
        createOptions: { preallocate: false },
        precision: "fast",
      });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const bundle = await installedCuda(PLUGINS);
const gpu = probeDriver().reason === "";
const absent = bundle === undefined
  ? "not installed, see task setup --cuda"
  : gpu
  ? "there is a GPU"
  : undefined;

Deno.test({
  name: `XLA for NVIDIA GPUs without a GPU is an error, and never a crash${absent ? ` (${absent})` : ""}`,
  ignore: absent !== undefined,
  fn: async () => {
    const { plugin } = bundle!;
    const script = `import { useEngine } from "${ROOT}/lib/engine/mod.ts";
      try { await useEngine("xla"); } catch (error) { console.log(error.name + ": " + error.message); }`;
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--ext=ts", script],
      cwd: ROOT,
      env: { NO_COLOR: "1", PJRT_PLUGIN_LIBRARY_PATH: plugin },
      stderr: "null",
    }).output();
    equal(code, 0);
    match(new TextDecoder().decode(stdout), /^UserError: PJRT_Client_Create: .*No visible GPU devices/);
  },
});
