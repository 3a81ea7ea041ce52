// Not test.ts: the runner takes a file of that name for tests.
import { setup } from "../setup/mod.ts";
import { runCommand } from "./main.ts";
import { runTests } from "./run_tests.ts";
import { userPath } from "./user_path.ts";

await runCommand({
  name: "test",
  summary:
    "Sets up what the tests need and runs them, with a check of the types. Reports go to results/local/tests;\n" +
    "the last line counts the tests.",
  positional: {
    name: "PATH",
    help: "test files or folders; all of lib/ unless given",
    least: 0,
    most: Infinity,
  },
  options: {
    slow: {
      type: "boolean",
      help: "the tests that take long, *_slow_test.ts, instead of all others; types are not checked again",
    },
    filter: { type: "string", value: "TEXT", help: "only tests whose name contains this" },
  },
  examples: ["test lib/xla", "test --slow"],
}, async ({ values: { slow, filter }, positionals }) => {
  await setup();
  const paths = positionals.length > 0 ? positionals.map((path) => userPath(path)) : undefined;
  const run = await runTests({ paths, slow, filter });
  console.log(run.summary);
  return run.succeeded ? 0 : 1;
});
