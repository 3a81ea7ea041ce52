/** For tests: the package as its users get it. */
import { equal } from "node:assert/strict";

/** The package's folder. */
export const PACKAGE: URL = new URL("../../", import.meta.url);

/** What the README's example prints: the weights 2 and -1. */
export const FOUND_WEIGHTS = /\[\[\s*(2|1\.99\d+|2\.00\d+)\s*\],\s*\[-(1|0\.99\d+|1\.00\d+)\s*\]\]/;

/** Runs a program that must succeed. @returns what it printed */
export async function run(
  program: string,
  args: string[],
  cwd: string | URL,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd, env }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  equal(code, 0, said);
  return said;
}

/** The program that a section of the README tells, piece by piece; without a name the first example. */
export async function readmeExample(section?: string): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", PACKAGE));
  const pieces = readme.split(/^## /m).find((text) => section === undefined || text.startsWith(section))!;
  return [...pieces.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code).join("\n");
}

/** Packs the package for npm. */
export async function pack(tarball: string, env?: Record<string, string>): Promise<void> {
  await run(Deno.execPath(), ["run", "--allow-all", "--no-check", "pack.ts", tarball], PACKAGE, env);
}
