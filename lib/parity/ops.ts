import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { setup } from "../setup/mod.ts";
import { findCpuPlugin } from "../engine/device.ts";
import { compatibilityPage, PAGE } from "../xla/test/suite/compatibility.ts";
import { count, runSuite, runSuiteInNode, type Spec } from "../xla/test/suite/run.ts";
import { SKIPS } from "../xla/test/suite/skips.ts";
import { runCommand } from "../cli/main.ts";

/** A line for each group of specs, and what failed. */
function report(specs: readonly Spec[]): string {
  const lines = [...Map.groupBy(specs, ({ suite }) => suite)].flatMap(([suite, of]) => {
    const { passed, failed } = count(of);
    const word = failed > 0 ? "FAILED" : "ok";
    return passed + failed > 0 ? [`${word}  ${suite}: ${passed} of ${passed + failed}`] : [];
  });
  const failures = specs.filter(({ status }) => status === "failed").map(({ name, errors }) =>
    `\n${name}\n  ${errors.join("\n  ")}`
  );
  return [...lines, ...failures].join("\n");
}

await runCommand({
  name: "test:ops",
  summary: "Runs the test suite of tfjs-core, unmodified, on an engine. The last line counts the specs.",
  options: {
    only: {
      type: "string",
      value: "NAME",
      help: "only specs whose names start like this, for example conv2d",
    },
    node: { type: "boolean", help: "run them in Node, which needs npm for koffi" },
    engine: { type: "string", value: "NAME", help: "xla (the default), or cpu, tfjs's own" },
    "write-table": { type: "boolean", help: "write lib/xla/COMPATIBILITY.md from runs in Deno and Node" },
  },
  examples: ["test:ops", "test:ops --only conv2d"],
}, async ({ values }) => {
  const { only, engine: backend = "xla", node = false } = values;
  if (backend !== "xla" && backend !== "cpu") {
    throw new UserError(`--engine: expected xla or cpu, found '${backend}'`);
  }
  const writeTable = values["write-table"] ?? false;
  if (writeTable && (only !== undefined || backend !== "xla" || node)) {
    throw new UserError("--write-table needs a run of all specs on xla; it runs them in Node too");
  }
  await setup();
  const { path, reason } = await findCpuPlugin();
  if (backend === "xla" && !path) throw new UserError(reason);
  const start = performance.now();
  const options = {
    backend,
    plugin: backend === "xla" ? path : undefined,
    skipped: backend === "xla" ? SKIPS.map(({ name }) => name) : [],
    only,
  } as const;
  const { specs, compilation } = await (node ? runSuiteInNode : runSuite)(options);
  console.log(report(specs));
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
  const compiled = compilation &&
    `, ${seconds(compilation.milliseconds)} of them to compile ${compilation.programs} programs`;
  console.log(`\n${seconds(performance.now() - start)}${compiled ?? ""}`);
  if (writeTable) {
    await writeAtomic(fileURLToPath(PAGE), compatibilityPage(specs, (await runSuiteInNode(options)).specs));
    console.log(`wrote ${fileURLToPath(PAGE)}`);
  }
  const { passed, failed, skipped } = count(specs);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
});
