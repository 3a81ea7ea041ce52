import { setup } from "../setup/mod.ts";
import { notebookErrors } from "./check_notebooks.ts";
import { runChild, runCommand } from "./main.ts";
import { runTests } from "./run_tests.ts";

const CHECKS = [["fmt", "--check"], ["lint"]];

await runCommand({
  name: "ok",
  summary:
    "What a change must pass at once: format, lint, types, the code of notebooks, and the tests but the slow ones.",
  options: {},
}, async () => {
  await setup();
  const failed: string[] = [];
  for (const args of CHECKS) {
    if (await runChild(Deno.execPath(), args) !== 0) failed.push(`deno ${args.join(" ")}`);
  }
  const errors = await notebookErrors();
  if (errors.length > 0) {
    console.error(errors.join("\n\n"));
    failed.push("the code of the notebooks");
  }
  const tests = await runTests();
  if (!tests.succeeded) failed.push("the tests");
  if (failed.length > 0) console.log(`not ok: ${failed.join("; ")}`);
  console.log(tests.summary);
  return failed.length > 0 ? 1 : 0;
});
