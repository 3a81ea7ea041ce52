import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { runTool } from "./command.ts";
import { requireSpace } from "./disk.ts";
import { KERNEL } from "./kernel.ts";
import { setup, withLock } from "./mod.ts";
import { type ReportProgress, step } from "./wheels.ts";

Deno.test("set-up that finds everything in place says nothing, and one line a step if asked", async () => {
  await setup({ print: () => {} });
  const silent: string[] = [];
  await setup({ print: (line) => void silent.push(line) });
  deepEqual(silent, []);
  const lines: string[] = [];
  await setup({ print: (line) => void lines.push(line), verbose: true });
  deepEqual(lines.map((line) => line.split(" ")[0]), ["python", "kernel", "packages", "plugin"]);
});

Deno.test("the kernel is the Deno that runs this, and lives in the workspace", async () => {
  await setup({ print: () => {} });
  const { argv } = JSON.parse(await Deno.readTextFile(KERNEL));
  equal(argv[0], Deno.execPath());
});

Deno.test("a step prints what it does, its time and its outcome, and stays silent without work", async () => {
  const lines: string[] = [];
  const report: ReportProgress = { verbose: false, print: (line) => void lines.push(line) };
  await step("idle", () => Promise.resolve("as it was"), report);
  await step("busy", (say) => (say("making it"), Promise.resolve("made")), report);
  equal(lines[0], "busy     making it ...");
  match(lines[1]!, /^busy {5}ready in \d+ ms: made$/);
  equal(lines.length, 2);
});

Deno.test("a disk that is too full is refused with both sizes", async () => {
  const folder = await Deno.makeTempDir();
  await rejects(
    requireSpace(folder, 2 ** 60, "set-up"),
    /^UserError: set-up needs 1073741824\.0 GiB .* has [\d.]+ GiB/,
  );
  await requireSpace(folder, 1, "set-up");
  await Deno.remove(folder);
});

Deno.test("two set-ups do not run at the same time", async () => {
  const folder = await Deno.makeTempDir();
  const order: string[] = [];
  const task = (name: string) =>
    withLock(join(folder, "lock"), async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} ends`);
    }, () => {});
  await Promise.all([task("a"), task("b")]);
  equal(order[0]!.split(" ")[0], order[1]!.split(" ")[0]);
  equal(order.length, 4);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a program that is not there is not an exception", async () => {
  equal(await runTool("/nowhere/program", []), undefined);
});

Deno.test("set-up can be left out", async () => {
  const lines: string[] = [];
  Deno.env.set("SPIN_SETUP", "off");
  try {
    await setup({ print: (line) => void lines.push(line), verbose: true });
  } finally {
    Deno.env.delete("SPIN_SETUP");
  }
  deepEqual(lines, []);
});
