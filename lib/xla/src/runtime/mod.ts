/** The runtime that this is, chosen once. */
import { deno } from "./deno.ts";
import { node } from "./node.ts";
import type { Runtime } from "./runtime.ts";

export type * from "./runtime.ts";
export { RuntimeMissing } from "./runtime.ts";

export const runtime: Runtime = "Deno" in globalThis ? deno : node;
