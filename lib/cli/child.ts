/** Programs that a command starts and waits for, with this terminal as theirs. */
import { ROOT } from "../setup/paths.ts";
import { onInterrupt } from "./main.ts";

/**
 * Runs a program in the workspace's folder and returns its exit code. An interrupt of the command ends it: typed in a
 * terminal it reaches the program as well, but sent by another program it does not.
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
