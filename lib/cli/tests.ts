// Not test.ts: the runner takes a file of that name for tests.
import { setup } from "../setup/mod.ts";
import { runCommand } from "./main.ts";
import { ALL_TESTS, runTests } from "./run_tests.ts";
import { userPath } from "./user_path.ts";

await runCommand({
  name: "test",
  summary: "Sets up what the tests need and runs them, type checks included. The last line counts them.",
  positional: {
    name: "PATH",
    help: "test files or folders; all of lib/ unless given",
    least: 0,
    most: Infinity,
  },
  options: {
    filter: { type: "string", value: "TEXT", help: "only tests whose name contains this" },
  },
  examples: ["test lib/xla"],
}, async ({ values, positionals }) => {
  await setup();
  const parts = positionals.length > 0 ? [positionals.map((path) => userPath(path))] : ALL_TESTS;
  const run = await runTests(parts, values.filter);
  console.log(run.summary);
  return run.succeeded ? 0 : 1;
});
