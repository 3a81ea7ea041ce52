import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../paths.ts";

const IMPORTS = `
import { runCommand } from ${JSON.stringify(join(ROOT, "lib/cli/main.ts"))};
import { UserError } from ${JSON.stringify(join(ROOT, "lib/errors.ts"))};
import { stopRequested } from ${JSON.stringify(join(ROOT, "lib/progress/mod.ts"))};
const command = { name: "test", summary: "A test.", options: {} };
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
`;

/** Starts a program whose command does `work`, the text of a function. */
function start(work: string, options = "{}"): Deno.ChildProcess {
  const source = `${IMPORTS}await runCommand(command, ${work}, ${options});`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=js", source],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function end(process: Deno.ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Waits for the first output, sends a signal, and returns how the program ended. */
async function interrupt(
  process: Deno.ChildProcess,
  signal: Deno.Signal,
): Promise<{ code: number; stdout: string }> {
  const reader = process.stdout.getReader();
  await reader.read();
  process.kill(signal);
  let stdout = "";
  for (let piece; !(piece = await reader.read()).done;) stdout += new TextDecoder().decode(piece.value);
  await process.stderr.cancel();
  return { code: (await process.status).code, stdout };
}

Deno.test("a command ends with what its work returns", async () => {
  equal((await end(start("() => {}"))).code, 0);
  equal((await end(start("() => Promise.resolve(3)"))).code, 3);
});

Deno.test("a user's error is its message alone, any other one has its stack", async () => {
  deepEqual(await end(start('() => { throw new UserError("no such column"); }')), {
    code: 1,
    stdout: "",
    stderr: "no such column\n",
  });
  const unexpected = await end(start('() => { throw new RangeError("a bug"); }'));
  equal(unexpected.code, 1);
  match(unexpected.stderr, /^RangeError: a bug\n {4}at /);
});

Deno.test("an interrupt ends a command at once, with the exit code that shells expect", async () => {
  equal(
    (await interrupt(start('async () => { console.log("on"); await wait(60_000); }'), "SIGINT")).code,
    130,
  );
  equal(
    (await interrupt(start('async () => { console.log("on"); await wait(60_000); }'), "SIGTERM")).code,
    143,
  );
});

Deno.test("work that asks whether to stop gets the time to end by itself", async () => {
  const work =
    'async () => { console.log("on"); while (!stopRequested()) await wait(10); console.log("saved"); }';
  deepEqual(await interrupt(start(work, "{ grace: 30 }"), "SIGINT"), { code: 130, stdout: "saved\n" });
});
