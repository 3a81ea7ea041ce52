import { deepEqual, equal, ok } from "node:assert/strict";
import { processEnvironment, runOrExplain, runTool } from "./command.ts";
import { kernelSpec, MALLOC } from "./kernel.ts";
import { ROOT } from "../paths.ts";

const COMPUTING = ["test", "ok", "run", "reproduce", "bench", "golden", "gpu", "train", "predict", "impute"];

Deno.test("notebooks and computing tasks are given memory in the same way", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  for (const task of COMPUTING) {
    ok(tasks[task].command.startsWith("deno run --quiet -A lib/cli/start.ts "), task);
  }
  ok((await Deno.readTextFile(`${ROOT}/lib/cli/start.ts`)).includes("processEnvironment(MALLOC)"));
  deepEqual(kernelSpec().env, MALLOC);
});

/** Whether memory comes in huge pages to those who ask for it, as the tests can look up. */
async function hugePagesOnRequest(): Promise<boolean> {
  const setting = await Deno.readTextFile("/sys/kernel/mm/transparent_hugepage/enabled").catch(() => "");
  return setting.includes("[madvise]") && await libcVersion() >= 2.35;
}

async function libcVersion(): Promise<number> {
  const found = await runTool("getconf", ["GNU_LIBC_VERSION"]);
  return Number(found?.stdout.match(/glibc (\d+\.\d+)/)?.[1] ?? 0);
}

Deno.test({
  name: "every process that is started with the settings of memory has huge pages",
  ignore: !await hugePagesOnRequest(),
  fn: async () => {
    const heap = `const maps = Deno.readTextFileSync("/proc/self/smaps");
      console.log(/\\[heap\\][^]*?VmFlags:.* hg/.test(maps))`;
    for (let i = 0; i < 8; i++) {
      // What decided without them differs with the length of the environment.
      const env = { ...MALLOC, PADDING: "x".repeat(8 * i) };
      const { stdout } = await runOrExplain(Deno.execPath(), ["eval", heap], ({ stderr }) => stderr, { env });
      equal(stdout.trim(), "true");
    }
  },
});

Deno.test("what a notebook or a command starts does not inherit how its own process was bound", async () => {
  const code = `await import(${JSON.stringify(`file://${ROOT}/lib/mod.ts`)});
    console.log("bound:", Deno.env.get("LD_BIND_NOW") ?? "lazily")`;
  const { stdout } = await runOrExplain(Deno.execPath(), ["eval", code], ({ stderr }) => stderr, {
    env: MALLOC,
    cwd: ROOT,
  });
  equal(stdout.trim(), "bound: lazily");
  equal(processEnvironment().LD_BIND_NOW, undefined);
});
