/** Starts the Python side of notebooks with settings of its own, so that those of the user's Jupyter do not matter. */
import { join } from "node:path";
import { ENVIRONMENT } from "../setup/paths.ts";

/** Variables for a headless Jupyter that reads and writes nothing outside `.venv` and a temporary folder. */
export function headlessEnvironment(temporary: string): Record<string, string | undefined> {
  return {
    JUPYTER_CONFIG_DIR: join(temporary, "config"),
    JUPYTER_DATA_DIR: join(ENVIRONMENT, "share", "jupyter"),
    JUPYTER_RUNTIME_DIR: join(temporary, "runtime"),
    JUPYTER_PATH: undefined,
    IPYTHONDIR: join(temporary, "ipython"),
    PYTHONPATH: undefined,
    PYTHONHOME: undefined,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
}
