import { deepEqual, equal, match, throws } from "node:assert/strict";
import { join } from "node:path";
import {
  chooseVersion,
  CUDA_VERSIONS,
  cudaBundle,
  cudaFlags,
  type Driver,
  isCudaPlugin,
  nvidiaFiles,
  preloadOrder,
  probeDriver,
  splitVersion,
} from "./cuda.ts";

const driver = (cuda?: [number, number]): Driver =>
  cuda ? { cuda, gpus: 1, reason: "" } : { gpus: 0, reason: "no NVIDIA driver was found" };

Deno.test("the version of CUDA is the one that was asked for, else the newest that the driver runs", () => {
  equal(chooseVersion("12", driver()), "12");
  equal(chooseVersion("auto", driver([12, 8])), "12");
  equal(chooseVersion("auto", driver([13, 0])), "13");
  equal(chooseVersion("auto", driver([14, 1])), "13");
});

Deno.test("without a driver the version has to be chosen; an old driver is told as such", () => {
  throws(() => chooseVersion("auto", driver()), /^UserError: no NVIDIA driver was found, .* setup --cuda=13/);
  throws(() => chooseVersion("auto", driver([11, 4])), /runs CUDA 11\.4 at most; expected 12 or later/);
});

Deno.test("versions are split as CUDA writes them", () => {
  deepEqual([splitVersion(12080), splitVersion(13000)], [[12, 8], [13, 0]]);
});

Deno.test("a machine without a driver is an answer", () => {
  deepEqual(probeDriver("libno_such_driver.so.1"), {
    gpus: 0,
    reason: "no NVIDIA driver was found (libno_such_driver.so.1)",
  });
});

Deno.test("each version has a plugin and all libraries that it looks for", async () => {
  const needed = [
    "cublas",
    "cudnn",
    "cufft",
    "cusolver",
    "cusparse",
    "nccl",
    "nvjitlink",
    "nvrtc",
    "nvcc",
    "cupti",
  ];
  for (const version of CUDA_VERSIONS) {
    const { lock, plugin } = await cudaBundle(version);
    const names = lock.pins.map(({ package: name }) => name);
    deepEqual(needed.filter((part) => !names.some((name) => name.includes(part))), []);
    equal(names[0], `jax-cuda${version}-pjrt`);
    match(plugin, new RegExp(`jax_plugins/xla_cuda${version}/xla_cuda_plugin\\.so$`));
  }
});

async function packages(paths: string[], work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const path of paths) {
      await Deno.mkdir(join(folder, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path), "");
    }
    work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("NVIDIA's libraries are found in a folder of Python packages, and loaded before those linked to them", async () => {
  const paths = [
    "nvidia/cu13/include/cublas.h",
    "nvidia/cu13/lib/libcublas.so.13",
    "nvidia/cu13/lib/libcublasLt.so.13",
    "nvidia/cu13/lib/libcudart.so.13",
    "nvidia/cu13/nvvm/libdevice/libdevice.10.bc",
    "nvidia/cudnn/lib/libcudnn.so.9",
    "nvidia/cudnn/lib/libcudnn_adv.so.9",
    "other/lib/libcudart.so.13",
  ];
  await packages(paths, (folder) => {
    const files = nvidiaFiles(folder);
    deepEqual(files, paths.slice(1, -1));
    deepEqual(preloadOrder(files).map((path) => path.split("/").pop()), [
      "libcudart.so.13",
      "libcublasLt.so.13",
      "libcublas.so.13",
      "libcudnn.so.9",
    ]);
  });
  await packages(["jax_plugins/x"], (folder) => deepEqual(nvidiaFiles(folder), []));
});

Deno.test("XLA is told where NVIDIA's assembler is, unless the user told it", () => {
  const files = ["nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc"];
  equal(cudaFlags("/p", files, ""), "--xla_gpu_cuda_data_dir=/p/nvidia/cuda_nvcc");
  equal(cudaFlags("/p", files, "--a=1"), "--a=1 --xla_gpu_cuda_data_dir=/p/nvidia/cuda_nvcc");
  equal(cudaFlags("/p", files, "--xla_gpu_cuda_data_dir=/mine"), "--xla_gpu_cuda_data_dir=/mine");
  equal(cudaFlags("/p", [], "--a=1"), "--a=1");
});

Deno.test("plugins for GPUs are known by their names", () => {
  deepEqual(["xla_cuda_plugin.so", "pjrt_c_api_gpu_plugin.so"].map((name) => isCudaPlugin(`/x/${name}`)), [
    true,
    true,
  ]);
  equal(isCudaPlugin("/gpu/libpjrt_cpu.so"), false);
});
