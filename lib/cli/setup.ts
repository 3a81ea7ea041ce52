import { setup } from "../setup/mod.ts";
import { formatDuration } from "../progress/format.ts";
import { runCommand } from "./main.ts";

await runCommand({
  name: "setup",
  summary:
    "Makes everything the workspace needs: a Python environment with JupyterLab in .venv, the Deno kernel, npm\n" +
    "packages and the XLA plugin. What is in place already is left as it is.",
  options: {
    repair: { type: "boolean", help: "download the XLA plugin anew, for example when its file is damaged" },
  },
}, async ({ values }) => {
  const start = performance.now();
  await setup({ verbose: true, repair: values.repair });
  console.log(`set-up done in ${formatDuration((performance.now() - start) / 1000)}`);
});
