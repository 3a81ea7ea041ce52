import assert from "node:assert/strict";
import { join } from "node:path";
import { ENGINES } from "../engine/mod.ts";
import { ROOT } from "../paths.ts";
import { BENCH, runBenchCommand } from "./bench.ts";
import { performIn } from "./support_test.ts";

Deno.test("bench refuses a file that cannot be written before it measures anything", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--cwd", ROOT, "bench", "--quick", "--json", "no-such-folder/bench.json"],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 1);
  assert.match(
    new TextDecoder().decode(stderr),
    /^--json .*bench\.json: there is no folder .*\n$/,
  );
  assert.equal(stdout.length, 0);
});

Deno.test("bench of what tfjs users run has no twins, no small sizes and no cold times", async () => {
  for (const [name, ...value] of [["--python", "python3"], ["--quick"], ["--cold"]]) {
    assert.deepEqual(await performIn(".", BENCH, runBenchCommand, ["--tfjs", name!, ...value]), {
      code: 1,
      stdout: "",
      stderr: `--tfjs takes no ${name}; leave one of the two out\n`,
    });
  }
});

Deno.test("bench does not write over a checkpoint that is not its own", async () => {
  const folder = await Deno.makeTempDir();
  const words = ["--tfjs", "--engines", "wasm", "--json", "bench.json"];
  const path = join(folder, "bench.json.checkpoint");
  for (
    const [text, found] of [
      [
        "garbage",
        /bench\.json\.checkpoint: expected the checkpoint of a bench, found other text; remove it\n$/,
      ],
      ['{"identity":"another"}', /bench\.json\.checkpoint is of a bench with other options, /],
    ] as const
  ) {
    await Deno.writeTextFile(path, text);
    const { code, stderr } = await performIn(folder, BENCH, runBenchCommand, words);
    assert.equal(code, 1);
    assert.match(stderr, found);
    assert.equal(await Deno.readTextFile(path), text);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("bench refuses an engine that there is none of", async () => {
  const words = ["--quick", "--engines", "xla,gpu"];
  assert.deepEqual(await performIn(".", BENCH, runBenchCommand, words), {
    code: 1,
    stdout: "",
    stderr: `--engines: expected some of ${ENGINES.join(", ")}, found "gpu"\n`,
  });
});
