import { join } from "node:path";
import { CACHE, PYTHON, ROOT } from "../paths.ts";
import { STOP_FILE } from "../progress/stop.ts";
import { processEnvironment, runTool } from "../setup/command.ts";
import { setup } from "../setup/mod.ts";
import { listNotebooks } from "./check_notebooks.ts";
import { flag, numberValue, runChild, runCommand, textOption } from "./main.ts";

const STOP = join(CACHE, "stop");

/** Marks the committed notebooks as trusted, else the Lab hides their figures until they are run again. */
async function trust(notebooks: string[]): Promise<void> {
  const script = "from nbformat.sign import TrustNotebookApp as App; App.launch_instance()";
  if (notebooks.length > 0) await runTool(PYTHON, ["-I", "-c", script, ...notebooks]);
}

await runCommand({
  name: "lab",
  summary:
    "Opens JupyterLab on the notebooks, with the Deno kernel of this workspace. (The Stop button ends the kernel;\n" +
    "to end a training early and keep what it has learnt, touch the file that is printed at the start.)",
  options: {
    port: textOption("N", "the port to listen on (8888 unless it is taken)"),
    "no-browser": flag("only print the address"),
  },
}, async ({ values }) => {
  const port = numberValue(values.port, "--port", { whole: true, least: 1 });
  await setup();
  const notebooks = await listNotebooks();
  await trust(notebooks);
  const first = notebooks[0]?.slice(ROOT.length);
  const args = [
    "-I",
    "-m",
    "jupyterlab",
    `--ServerApp.root_dir=${ROOT}`,
    `--LabApp.default_url=/lab/tree${first ?? "/notebooks"}`,
    "--ServerApp.answer_yes=True",
    "--log-level=ERROR",
    "--MultiKernelManager.default_kernel_name=deno",
    "--KernelSpecManager.ensure_native_kernel=False",
    "--KernelSpecManager.allowed_kernelspecs=deno",
    ...port === undefined ? [] : [`--port=${port}`],
    ...values["no-browser"] ? ["--no-browser"] : [],
    // Jupyter refuses to run as root unless told; containers usually are.
    ...Deno.uid() === 0 ? ["--allow-root"] : [],
  ];
  const env = processEnvironment({
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_PATH: undefined,
    [STOP_FILE]: STOP,
  });
  console.log(
    "JupyterLab starts; Ctrl+C ends it. A training in a notebook ends early, and keeps what it has learnt, by:\n" +
      `  touch ${STOP}`,
  );
  return await runChild(PYTHON, args, env);
}, { grace: 60 });
