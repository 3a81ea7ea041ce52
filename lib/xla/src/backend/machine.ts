import { readFileSync, statSync } from "node:fs";
import type { Client } from "../pjrt/client.ts";

/** Raised when what is kept of a program, or the way it is compiled, changes. */
const FORMAT = 1;

/**
 * All that a compiled program depends on beside its text, as text. Code for one processor can be an illegal instruction
 * on another, so the processor's features are part of it.
 */
export function machineIdentity({ api, platform, platformVersion, deviceKind, devices }: Client): string {
  const { size, mtimeMs } = statSync(api.path);
  return JSON.stringify([
    FORMAT,
    Deno.build.target,
    api.version,
    size,
    mtimeMs,
    platform,
    platformVersion,
    deviceKind,
    devices.length,
    processor(),
  ]);
}

/** The processor's model and features. */
function processor(): string {
  try {
    const lines = readFileSync("/proc/cpuinfo", "utf8").split("\n\n")[0]!.split("\n");
    return lines.filter((line) =>
      /^(vendor_id|cpu family|model|stepping|flags|Features|CPU \w+)\b/.test(line)
    ).join("\n");
  } catch {
    return "unknown";
  }
}
