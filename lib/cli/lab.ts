import { labCommand } from "../notebook/lab.ts";
import { shown } from "../notebook/run.ts";
import { bringBack, copyNotebooks } from "../notebook/working_copy.ts";
import { PYTHON, taskCommand } from "../paths.ts";
import { runTool } from "../setup/command.ts";
import { setup } from "../setup/mod.ts";
import { flag, numberValue, runChild, runCommand, textOption, texts } from "./main.ts";

/** Marks notebooks as trusted, else the Lab hides their figures until they are run again. */
async function trust(notebooks: string[]): Promise<void> {
  const script = "from nbformat.sign import TrustNotebookApp as App; App.launch_instance()";
  if (notebooks.length > 0) await runTool(PYTHON, ["-I", "-c", script, ...notebooks]);
}

await runCommand({
  name: "lab",
  summary:
    "Opens JupyterLab on copies of the notebooks in results/local/notebooks, with the Deno kernel of this workspace. Stop\n" +
    "ends a training early and keeps what it has learnt. --bring puts a copy in the place of the committed notebook.",
  options: {
    bring: texts(
      "NAME",
      "bring the changes of a copy back to notebooks/, such as 00_quickstart; opens nothing",
    ),
    port: textOption("N", "the port to listen on (8888 unless it is taken)"),
    "no-browser": flag("only print the address"),
  },
}, async ({ values }) => {
  for (const name of values.bring ?? []) {
    console.log(`${name}: ${await bringBack(name) ? "brought back to notebooks/" : "nothing has changed"}`);
  }
  if (values.bring) return 0;
  const port = numberValue(values.port, "--port", { whole: true, least: 1 });
  await setup();
  const { paths, behind } = await copyNotebooks();
  await trust(paths);
  const { program, args, env } = labCommand(shown(paths[0] ?? "notebooks"), [
    ...port === undefined ? [] : [`--port=${port}`],
    ...values["no-browser"] ? ["--no-browser"] : [],
  ]);
  for (const name of behind) {
    console.log(
      `${name}: the copy was changed, and so was notebooks/${name}.ipynb; the copy is opened as it is`,
    );
  }
  console.log(
    "JupyterLab starts on copies in results/local/notebooks; Ctrl+C ends it. A copy is brought back by:\n" +
      `  ${taskCommand("lab --bring NAME")}`,
  );
  return await runChild(program, args, env);
}, { grace: 60 });
