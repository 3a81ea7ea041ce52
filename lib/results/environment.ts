import { cpus } from "node:os";
import manifest from "../../deno.json" with { type: "json" };
import { ROOT } from "../paths.ts";
import { runTool } from "../setup/command.ts";

/** What a run ran on and with; no names of hosts, users or folders. */
export interface Environment {
  versions: Record<string, string>;
  /** The workspace's commit, with "+" where files differ from it; null outside a git checkout. */
  commit: string | null;
  system: string;
  /** Its name, and on Linux the family and model that machines of one name differ in: "AMD EPYC (family 25, model 17)". */
  cpu: string;
  cores: number;
  memoryBytes: number;
}

/** Versions pinned in the import map: "npm:name@version". */
function packageVersions(): Record<string, string> {
  const pinned = Object.values(manifest.imports).flatMap((target: string) => {
    const match = /^npm:(.+)@([^@/]+)$/.exec(target);
    return match ? [[match[1]!, match[2]!] as const] : [];
  });
  return Object.fromEntries(pinned);
}

/** What git says; null without git or the right to run it: a record is still worth having. */
async function git(...args: string[]): Promise<string | null> {
  const result = await runTool("git", args, { cwd: ROOT }).catch(() => undefined);
  return result?.code === 0 ? result.stdout.trim() : null;
}

/** The processor's name; cloud machines give several generations the same one, which family and model tell apart. */
async function processor(): Promise<string> {
  const name = cpus()[0]?.model.trim() ?? "unknown";
  const info = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const [family, model] = ["cpu family", "model"].map((field) =>
    new RegExp(`^${field}\\s*: (\\d+)$`, "m").exec(info)?.[1]
  );
  return family && model ? `${name} (family ${family}, model ${model})` : name;
}

export async function environment(): Promise<Environment> {
  const [head, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
  return {
    versions: { ...Deno.version, ...packageVersions() },
    commit: head && (changes ? `${head}+` : head),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cpu: await processor(),
    cores: cpus().length,
    memoryBytes: Deno.systemMemoryInfo().total,
  };
}

/** The most memory that this process has had so far, in bytes: VmHWM on Linux, elsewhere what it has now. */
export async function peakResidentBytes(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return peak ? Number(peak) * 1024 : Deno.memoryUsage().rss;
}
