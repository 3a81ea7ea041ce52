import assert from "node:assert/strict";
import { ROOT } from "../setup/paths.ts";

Deno.test("bench refuses a file it cannot write before it measures anything", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--cwd", ROOT, "bench", "--quick", "--json", "no-such-folder/bench.json"],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /^--json .*bench\.json: there is no folder .*\n$/);
  assert.equal(stdout.length, 0);
});
