import { describeEngine, useEngine } from "../engine/mod.ts";
import { setup } from "../setup/mod.ts";

/** Starts the engine of a command, set up before unless it is another one than `xla`; a line that describes it. */
export async function startEngine(): Promise<string> {
  const asked = Deno.env.get("SPIN_ENGINE");
  if (!asked || asked === "xla") await setup();
  return describeEngine(await useEngine());
}
