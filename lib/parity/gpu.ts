/** `task gpu`: everything that is worth knowing of a machine with a GPU, in one go and without network. */
import { probeDriver } from "@spin/xla/plugins";
import { UserError } from "../errors.ts";
import { lastLines, processEnvironment, runTool } from "../setup/command.ts";
import { flag, runChild, runCommand, textOption } from "../cli/main.ts";

const PROBE = `
import glob, os, site, sys
folders = [*site.getsitepackages(), site.getusersitepackages(), *sys.path]
found = [p for f in folders for p in sorted(glob.glob(os.path.join(f, "jax_plugins", "xla_cuda*", "xla_cuda_plugin.so")))]
print(found[-1] if found else "")
`;

/**
 * The plugin among the packages of a Python.
 *
 * @throws UserError if that is no Python, or it has none
 */
export async function pluginOf(python: string): Promise<string> {
  const result = await runTool(python, ["-c", PROBE]);
  const path = result?.stdout.trim();
  if (path) return path;
  throw new UserError(
    `${python}: expected a Python with jax_plugins/xla_cuda*/xla_cuda_plugin.so among its packages, found none` +
      (result?.stderr ? `. It said:\n${lastLines(result.stderr)}` : ""),
  );
}

export const PYTHON = textOption(
  "PYTHON",
  "use the plugin of this Python's jax (else that of task setup --cuda), and its torch for the bench",
);

/**
 * The environment variables of work on the GPU of this machine.
 *
 * @throws UserError if there is none, or if the Python has no plugin for it
 */
export async function gpuVariables(python: string | undefined): Promise<Record<string, string>> {
  const { reason } = probeDriver();
  if (reason) throw new UserError(`a machine with an NVIDIA GPU is needed, but ${reason}`);
  const plugin = python && !Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH") ? await pluginOf(python) : undefined;
  return {
    SPIN_DEVICE: "cuda",
    SPIN_ENGINE: "xla",
    SPIN_SETUP: "off",
    ...plugin ? { PJRT_PLUGIN_LIBRARY_PATH: plugin } : {},
  };
}

/** The parts, as arguments of Deno. */
function parts(python: string | undefined, bench: boolean): [name: string, args: string[]][] {
  return [
    ["golden", ["task", "golden"]],
    ["tests of the engine", ["test", "--allow-all", "--no-check", "lib/xla/", "lib/engine/"]],
    ...bench
      ? [["bench", ["task", "bench", ...python ? ["--python", python] : []]] as [string, string[]]]
      : [],
  ];
}

if (import.meta.main) {
  await runCommand({
    name: "gpu",
    summary: "Runs the parity cases, the engine's tests and the bench on this machine's NVIDIA GPU.",
    options: {
      python: PYTHON,
      bench: flag("the bench as well"),
    },
    examples: ["gpu", "gpu --python python3 --bench"],
  }, async ({ values: { python, bench = false } }) => {
    const env = processEnvironment(await gpuVariables(python));
    const failed: string[] = [];
    for (const [name, args] of parts(python, bench)) {
      console.log(`== ${name}: deno ${args.join(" ")}`);
      if (await runChild(Deno.execPath(), args, env) !== 0) failed.push(name);
    }
    console.log(failed.length > 0 ? `failed: ${failed.join("; ")}` : "all passed");
    return failed.length > 0 ? 1 : 0;
  });
}
