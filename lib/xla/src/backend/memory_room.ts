import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "../pjrt/client.ts";
import { PjrtError } from "../pjrt/errors.ts";
import { runtime } from "../runtime/mod.ts";

/** Bytes that programs can still take on the device; Infinity where nobody tells. */
export function memoryRoom(client: Client): number {
  if (client.platform !== "cpu") return deviceRoom(client);
  return Math.min(runtime.freeMemory(), groupRoom());
}

/** What the plugin tells of a device of its own. */
function deviceRoom({ api, device }: Client): number {
  try {
    const stats = api.call("Device_MemoryStats", { device });
    const known = (stats.bytes_limit_is_set & 0xffn) !== 0n;
    return known ? Number(stats.bytes_limit - stats.bytes_in_use) : Infinity;
  } catch (error) {
    if (error instanceof PjrtError && error.code === "UNIMPLEMENTED") return Infinity;
    throw error;
  }
}

/** The files of the control groups of Linux, in their first and second version. */
const VERSIONS = [
  {
    line: /^\d+:memory:(.*)$/m,
    folder: "memory",
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    idle: /^total_inactive_file (\d+)$/m,
  },
  {
    line: /^0::(.*)$/m,
    folder: "",
    limit: "memory.max",
    used: "memory.current",
    idle: /^inactive_file (\d+)$/m,
  },
];

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/**
 * What is left of the memory that the control groups of this process may use, files that can be read again not counted
 * as used; Infinity without limits, and where there are no such groups.
 */
export function groupRoom(groups = "/sys/fs/cgroup", process = "/proc/self/cgroup"): number {
  const text = read(process);
  const rooms = VERSIONS.flatMap(({ line, folder, limit, used, idle }) => {
    const path = line.exec(text)?.[1];
    if (path === undefined) return [];
    return withParents(path).map((group) => {
      const at = join(groups, folder, group);
      const most = Number(read(join(at, limit)) || "max");
      if (!(most < Number.MAX_SAFE_INTEGER)) return Infinity;
      return most - Number(read(join(at, used))) + Number(idle.exec(read(join(at, "memory.stat")))?.[1] ?? 0);
    });
  });
  return Math.min(Infinity, ...rooms);
}

/** A group and those that it is in: a limit of any holds for it. */
function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return Array.from({ length: parts.length + 1 }, (_, i) => parts.slice(0, i).join("/"));
}
