import assert from "node:assert/strict";
import { join } from "node:path";
import { REFERENCE, TARGETS, vcf } from "../imputation/support_test.ts";
import { ROOT } from "../paths.ts";
import { stoppedAndContinued } from "./impute_support_test.ts";

for (const [signal, expected] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`impute stopped by ${signal} goes on from the windows that are done, to the same bits`, () =>
    stoppedAndContinued(signal, expected));
}

const MOMENTS = 10;

/** A run of `task impute` in a folder, with a model to keep; `wait` milliseconds later it is killed. */
async function run(folder: string, out: string, wait?: number): Promise<number> {
  const words =
    `--reference ref.vcf --targets array.vcf --out ${out}.vcf.gz --save ${out}.safetensors --phasing own`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      join(ROOT, "lib/cli/impute.ts"),
      ...`${words} --steps 30 --window 20`.split(" "),
    ],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = wait === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), wait);
  const { code } = await child.status;
  clearTimeout(timer);
  return code;
}

Deno.test("a run that is killed at any moment goes on to the same bits, and leaves nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const read = (name: string) => Deno.readFile(join(folder, name));
  try {
    await Deno.writeTextFile(join(folder, "ref.vcf"), vcf(REFERENCE));
    await Deno.writeTextFile(join(folder, "array.vcf"), vcf(TARGETS));
    assert.equal(await run(folder, "first"), 0);
    const start = performance.now();
    assert.equal(await run(folder, "whole"), 0);
    const whole = performance.now() - start;
    const before = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    for (let i = 0; i < MOMENTS; i++) {
      await run(folder, "out", (i + 0.5) / MOMENTS * whole);
      assert.equal(await run(folder, "out"), 0);
      for (const end of ["vcf.gz", "vcf.gz.tbi", "safetensors"]) {
        assert.deepEqual(await read(`out.${end}`), await read(`whole.${end}`), `moment ${i}, ${end}`);
        await Deno.remove(join(folder, `out.${end}`));
      }
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), before);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
