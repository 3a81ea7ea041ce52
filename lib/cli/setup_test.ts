import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { temporaryWorkspace } from "./support_test.ts";

Deno.test("set-up on a machine without Python says so in one message, and leaves nothing half made", async () => {
  await using workspace = await temporaryWorkspace({
    without: [".venv", join("data", "cache")],
    env: { PATH: "/nowhere", PYTHON: "" },
  });
  const { code, stdout, stderr } = await workspace.run("setup");
  deepEqual([code, stdout], [1, ""]);
  match(stderr, /^Python 3\.10 or newer is needed to run notebooks, but none was found on PATH .*\n$/);
  equal([...Deno.readDirSync(workspace.path)].some(({ name }) => name === ".venv"), false);
});

Deno.test("a version of CUDA that there is none of is refused before anything is made", async () => {
  await using workspace = await temporaryWorkspace({ without: [".venv", join("data", "cache")] });
  const { code, stdout, stderr } = await workspace.run("setup", "--cuda=11");
  deepEqual([code, stdout, stderr], [1, "", 'option --cuda: expected 12, 13 or nothing, found "11"\n']);
});
