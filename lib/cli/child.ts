/** Programs that a command starts and waits for. An interrupt of the command ends them. */
import { ROOT } from "../paths.ts";
import { onInterrupt } from "./main.ts";

/**
 * Runs a program in the workspace's folder, with this terminal as its own, and returns its exit code. An interrupt typed
 * in a terminal reaches the program as well, but one sent by another program does not: it is passed on.
 */
export async function runChild(
  program: string,
  args: string[],
  env?: Record<string, string>,
): Promise<number> {
  const child = new Deno.Command(program, { args, cwd: ROOT, env, clearEnv: env !== undefined }).spawn();
  const forget = onInterrupt(() => child.kill("SIGTERM"));
  const { code } = await child.status;
  forget();
  return code;
}

/** The same, but what it prints is returned: several programs can run beside each other. */
export async function runChildQuietly(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; signal: Deno.Signal | null; output: string }> {
  const child = new Deno.Command(program, {
    args,
    cwd: ROOT,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const forget = onInterrupt(() => child.kill("SIGTERM"));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  await Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const chunk of stream) chunks.push(chunk);
  }));
  const { code, signal } = await child.status;
  forget();
  return { code, signal, output: await new Blob(chunks).text() };
}
