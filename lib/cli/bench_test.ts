import assert from "node:assert/strict";
import { ROOT } from "../paths.ts";

for (
  const [given, message] of [
    [["--json", "no-such-folder/bench.json"], /^--json .*bench\.json: there is no folder .*\n$/],
    [["--engines", "xla,gpu"], /^--engines: expected some of xla, .*, found "gpu"\n$/],
  ] as const
) {
  Deno.test(`bench refuses ${given.join(" ")} before it measures anything`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "--cwd", ROOT, "bench", "--quick", ...given],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), message);
    assert.equal(stdout.length, 0);
  });
}
