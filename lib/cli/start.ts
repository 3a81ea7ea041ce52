/**
 * Starts a command of this folder in a process of its own, with the settings of memory that must be there before it starts.
 * Deno itself is quiet: else the first run of each command begins with lines about what it looks up of npm packages.
 */
import { join } from "node:path";
import { processEnvironment } from "../setup/command.ts";
import { MALLOC } from "../setup/kernel.ts";

const [name, ...words] = Deno.args;
const child = new Deno.Command(Deno.execPath(), {
  args: ["run", "--quiet", "--allow-all", join(import.meta.dirname!, `${name}.ts`), ...words],
  env: processEnvironment(MALLOC),
  clearEnv: true,
}).spawn();
// The command decides what a signal means. One typed in a terminal reaches it anyway; twice is once to it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => child.kill(signal));
}
const { code } = await child.status;
Deno.exit(code);
