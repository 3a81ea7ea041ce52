import { setup } from "../setup/mod.ts";
import { UserError } from "../errors.ts";
import { formatDuration } from "../progress/format.ts";
import { flag, runCommand, textOption } from "./main.ts";

const CUDA = ["auto", "12", "13"] as const;

/** The version of CUDA that was asked for. @throws UserError for one that there is none of */
function cudaVersion(text: string | undefined): typeof CUDA[number] | undefined {
  const found = CUDA.find((version) => version === text);
  if (found || text === undefined) return found;
  throw new UserError(`option --cuda: expected 12, 13 or nothing, found ${JSON.stringify(text)}`);
}

await runCommand({
  name: "setup",
  summary:
    "Makes everything the workspace needs: a Python environment with JupyterLab in .venv, the Deno kernel, npm\n" +
    "packages and the XLA plugin. What is in place already is left as it is. Other engines and GPUs, on Linux on\n" +
    "x86-64, come when asked for: their wheels are pinned with SHA-256, and kept in data/cache.",
  options: {
    tensorflow: flag(
      "also SPIN_ENGINE=tensorflow: TensorFlow's CPU libraries (270 MB to load, 0.9 GB on disk); needs g++",
    ),
    "tensorflow-gpu": flag(
      "the same for NVIDIA GPUs (5.3 GB on disk); on a GPU it was not tested by its makers, who had none",
    ),
    cuda: textOption(
      "[VERSION]",
      "also SPIN_DEVICE=cuda: XLA and NVIDIA's libraries, 12 or 13 (default: as the driver; 4 to 5 GB on disk)",
    ),
    baselines: flag(
      "also scikit-learn, XGBoost and LightGBM, to run the classical baselines anew (70 MB to load, 0.3 GB on disk)",
    ),
    repair: flag(
      "download the XLA plugin (and what is asked for) anew, for example when its file is damaged",
    ),
  },
  examples: ["setup", "setup --tensorflow", "setup --cuda", "setup --cuda=12", "setup --baselines"],
}, async ({ values }) => {
  const start = performance.now();
  const kind = values["tensorflow-gpu"] ? "gpu" : values.tensorflow ? "cpu" : undefined;
  const { repair, baselines } = values;
  await setup({ verbose: true, repair, tensorflow: kind, cuda: cudaVersion(values.cuda), baselines });
  console.log(`set-up done in ${formatDuration((performance.now() - start) / 1000)}`);
}, { words: Deno.args.map((word) => word === "--cuda" ? "--cuda=auto" : word) });
