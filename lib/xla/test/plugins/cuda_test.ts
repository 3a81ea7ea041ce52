import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import {
  CUDA_VERSIONS,
  cudaBundle,
  cudaFlags,
  isCudaPlugin,
  nvidiaFiles,
  preloadOrder,
} from "../../src/plugins/cuda.ts";
import { probeDriver, splitVersion } from "../../src/plugins/driver.ts";

Deno.test("versions are split as CUDA writes them", () => {
  deepEqual([splitVersion(12080), splitVersion(13000)], [[12, 8], [13, 0]]);
});

Deno.test("a machine without a driver is an answer", () => {
  deepEqual(probeDriver("libno_such_driver.so.1"), {
    gpus: 0,
    reason: "no NVIDIA driver was found (libno_such_driver.so.1)",
  });
});

Deno.test("each version has a plugin and all libraries that it looks for", () => {
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
    const { wheels, plugin } = cudaBundle(version, { folder: "/plugins" });
    const names = wheels.map((line) => line.split("==")[0]!);
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
