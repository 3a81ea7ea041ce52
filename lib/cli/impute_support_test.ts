import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { phasedCall, REFERENCE, TARGETS, vcf, type Written } from "../imputation/support_test.ts";
import { ROOT } from "../paths.ts";
import { IMPUTE, runImpute } from "./impute.ts";
import { type CommandOutcome, performIn } from "./support_test.ts";

/** For tests: `task impute` in a folder of its own. */

export const PHASED: Written = { ...TARGETS, call: phasedCall };

interface Place {
  /** Runs the command here, in this process. */
  impute(words: string): Promise<CommandOutcome>;
  /** Runs `deno task impute` here, as a user types it. */
  imputeTask(words: string): Promise<CommandOutcome>;
  start(words: string): Deno.ChildProcess;
  /** The same with standard input. */
  startPiped(words: string, input: Uint8Array): Promise<CommandOutcome>;
  path(name: string): string;
  names(): string[];
}

export async function inFolder(
  files: Record<string, string | Uint8Array>,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => join(folder, name);
  const all = { "ref.vcf.gz": gzipSync(vcf(REFERENCE)), "array.vcf": vcf(TARGETS), ...files };
  for (const [name, content] of Object.entries(all)) {
    await Deno.writeFile(
      path(name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  const start = (words: string, stdin: "null" | "piped" = "null") =>
    new Deno.Command(Deno.execPath(), {
      stdin,
      args: ["task", "--quiet", "--config", join(ROOT, "deno.json"), "impute", ...words.split(" ")],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  try {
    await test({
      path,
      start,
      names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      impute: (words) => performIn(folder, IMPUTE, runImpute, words.split(" ")),
      imputeTask: (words) => ended(start(words)),
      async startPiped(words, input) {
        const child = start(words, "piped");
        const writer = child.stdin.getWriter();
        const [outcome] = await Promise.all([ended(child), writer.write(input).then(() => writer.close())]);
        return outcome;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ended(child: Deno.ChildProcess): Promise<CommandOutcome> {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A signal to a run between its windows: it says how to go on, and doing that gives the bits of a run in one. */
export const stoppedAndContinued = (signal: Deno.Signal, expected: number): Promise<void> =>
  inFolder({ "array.vcf": vcf(PHASED) }, async ({ start, impute, names, path }) => {
    const long = (out: string) =>
      `--reference ref.vcf.gz --targets array.vcf --out ${out}.vcf.gz --save ${out}.safetensors --steps 40 --window 20`;
    const child = start(long("out"));
    const output = child.output();
    const kept = () =>
      names().includes("out.vcf.gz.parts")
        ? [...Deno.readDirSync(path("out.vcf.gz.parts"))].filter(({ name }) => name.endsWith(".f32")).length
        : 0;
    while (kept() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    const { code, stderr } = await output;
    assert.equal(code, expected);
    assert.match(new TextDecoder().decode(stderr), /The same command continues/);
    assert.deepEqual(names(), ["array.vcf", "out.vcf.gz.parts", "ref.vcf.gz"]);
    assert.ok(kept() >= 1 && kept() < 4);
    assert.equal((await impute(long("out"))).code, 0);
    assert.deepEqual(names(), [
      "array.vcf",
      "out.safetensors",
      "out.vcf.gz",
      "out.vcf.gz.tbi",
      "ref.vcf.gz",
    ]);
    assert.equal((await impute(long("whole"))).code, 0);
    for (const end of ["safetensors", "vcf.gz"]) {
      assert.deepEqual(
        await Deno.readFile(path(`out.${end}`)),
        await Deno.readFile(path(`whole.${end}`)),
        end,
      );
    }
  });
