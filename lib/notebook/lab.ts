/** How JupyterLab is started on this workspace. */
import { join } from "node:path";
import { PYTHON, ROOT } from "../paths.ts";
import { processEnvironment } from "../setup/command.ts";

/** JupyterLab with what the kernel leaves out; see there. */
const START = join(import.meta.dirname!, "lab.py");

/** The program, its arguments and variables. @param open a path in the workspace @param more arguments */
export function labCommand(open: string, more: string[] = []) {
  return {
    program: PYTHON,
    args: [
      "-I",
      START,
      Deno.execPath(),
      `--ServerApp.root_dir=${ROOT}`,
      `--LabApp.default_url=/lab/tree/${open}`,
      "--ServerApp.answer_yes=True",
      "--log-level=ERROR",
      "--MultiKernelManager.default_kernel_name=deno",
      "--KernelSpecManager.ensure_native_kernel=False",
      "--KernelSpecManager.allowed_kernelspecs=deno",
      // Jupyter refuses to run as root unless told; containers usually are.
      ...Deno.uid() === 0 ? ["--allow-root"] : [],
      ...more,
    ],
    env: processEnvironment({ JUPYTER_PREFER_ENV_PATH: "1", JUPYTER_PATH: undefined }),
  };
}
