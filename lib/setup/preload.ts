/** Loads NVIDIA's libraries before whoever needs them looks for them by name. */
import { basename, join } from "node:path";

/** In this order each finds those it is linked to already there. */
const ORDER = [
  "libcudart",
  "libnvrtc",
  "libnvJitLink",
  "libcublasLt",
  "libcublas",
  "libcurand",
  "libnccl",
  "libcupti",
  "libcusparse",
  "libcusolver",
  "libcufft",
  "libnvshmem_host",
  "libcudnn",
];

/** Libraries stay loaded while they are referred to; what is loaded here is needed until the process ends. */
const loaded: Deno.DynamicLibrary<Record<never, never>>[] = [];

/** The libraries among these files that are loaded, in the order in which they are. */
export function preloadOrder(files: string[]): string[] {
  return ORDER.flatMap((name) => files.filter((file) => basename(file).startsWith(`${name}.so`)));
}

/**
 * Loads NVIDIA's libraries, so that later look-ups by name find these copies wherever they lie. One that can't be
 * loaded is left out: the plugin then says what it misses.
 *
 * @param files paths in the folder
 */
export function preload(folder: string, files: string[]): void {
  for (const file of preloadOrder(files)) {
    try {
      loaded.push(Deno.dlopen(join(folder, file), {}));
    } catch {
      continue;
    }
  }
}
