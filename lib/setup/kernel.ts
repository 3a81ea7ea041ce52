/** The Jupyter kernel of this workspace: it lives in `.venv`, so nothing of the user's own is touched. */
import { join } from "node:path";
import { writeAtomic } from "../files.ts";
import { ENVIRONMENT } from "../paths.ts";
import type { Say } from "./wheels.ts";

const SHARE = join(ENVIRONMENT, "share", "jupyter");

/** Where Jupyter finds the kernel named `deno`, as notebooks ask for it. */
export const KERNEL = join(SHARE, "kernels", "deno", "kernel.json");

/** JupyterLab asks once whether it may fetch news; a workspace has no use for the question. */
const LAB_SETTINGS = join(SHARE, "lab", "settings", "overrides.json");

/**
 * How the C library of Linux gives memory to a program's temporary values, tens to hundreds of MB that are taken and
 * given back at every step: it keeps what was given back (64 MB at a time, 512 MB in all) in one arena and in huge pages. Else the
 * system clears every page anew at every step. What is larger goes back at once: kept, it left holes that tripled the memory of a process. Read at a process's start, so it is said where processes are started: here and in `lib/cli/start.ts`.
 *
 * LD_BIND_NOW is for glibc 2.35 to 2.37: they read the system's setting of huge pages into a text without an end
 * (`__malloc_thp_mode`), so that what lay on the stack decided, in about half of all processes against huge pages.
 * With all names resolved before, there are zeros.
 */
export const MALLOC = {
  GLIBC_TUNABLES: [
    "hugetlb=1",
    "mmap_threshold=67108864",
    "trim_threshold=536870912",
    "arena_max=1",
  ].map((setting) => `glibc.malloc.${setting}`).join(":"),
  LD_BIND_NOW: "1",
};

/** For a kernel that has started: what a notebook starts is not to inherit LD_BIND_NOW, see `processEnvironment`. */
export function forgetBinding(): void {
  if (Deno.env.get("GLIBC_TUNABLES") === MALLOC.GLIBC_TUNABLES) Deno.env.delete("LD_BIND_NOW");
}

/** The kernel is the very Deno that runs this; it need not be on PATH. */
export function kernelSpec(executable = Deno.execPath()) {
  return {
    argv: [executable, "jupyter", "--quiet", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    env: MALLOC,
  };
}

async function writeIfDifferent(path: string, content: string, say: () => void): Promise<void> {
  const present = await Deno.readTextFile(path).catch(() => undefined);
  if (present === content) return;
  say();
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await writeAtomic(path, content);
}

/** Writes the kernel's description and the Lab's settings unless they are there already. */
export async function ensureKernel(say: Say): Promise<string> {
  const spec = JSON.stringify(kernelSpec(), null, 2) + "\n";
  await writeIfDifferent(KERNEL, spec, () => say("registering the Deno kernel in .venv"));
  const settings = JSON.stringify({ "@jupyterlab/apputils-extension:notification": { fetchNews: "false" } });
  await writeIfDifferent(LAB_SETTINGS, settings, () => {});
  return `Deno ${Deno.version.deno}`;
}
