/** Looks for Beagle, the field's program for genotype imputation, and for the Java that runs it. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { run } from "../setup/command.ts";
import { CACHE } from "../setup/paths.ts";

export interface Beagle {
  found: true;
  /** As it says itself, such as "beagle.22Jul22.46e.jar (version 5.4)". */
  version: string;
  /** The program and its first arguments; the rest are Beagle's own, `name=value`. */
  command: (heapGib?: number) => [program: string, ...first: string[]];
}

export interface NoBeagle {
  found: false;
  /** What is missing and how to get it, for a message. */
  how: string;
}

/** Where Debian and people put it; Debian's own program `beagle` breaks paths with spaces. */
const JARS = [join(CACHE, "beagle.jar"), "/usr/share/beagle/beagle.jar", "/usr/share/java/beagle.jar"];

const GET =
  "Debian, Ubuntu: sudo apt install beagle; or save the program as data/cache/beagle.jar, or name it: " +
  "BEAGLE_JAR=/path/to/beagle.jar";

/**
 * The first of: the jar that BEAGLE_JAR names, `data/cache/beagle.jar`, Debian's, the program `beagle` on PATH.
 *
 * @throws UserError if BEAGLE_JAR names a file that is not there or is not Beagle
 */
export async function findBeagle(
  { named = Deno.env.get("BEAGLE_JAR"), jars = JARS, java = "java", program = "beagle" } = {},
): Promise<Beagle | NoBeagle> {
  if (named && !await exists(named)) throw new UserError(`BEAGLE_JAR is ${named}: there is no such file`);
  const present = named ? [named] : await filter(jars, exists);
  const withJava = present.map((jar): Beagle["command"] => (heap) => [java, ...heapOf(heap), "-jar", jar]);
  for (const command of named ? withJava : [...withJava, (): [string] => [program]]) {
    const version = await versionOf(command());
    if (version) return { found: true, version, command };
  }
  if (present.length === 0) return { found: false, how: `Beagle was not found. ${GET}` };
  if (!await run(java, ["-version"])) {
    return {
      found: false,
      how: `Beagle (${present[0]}) needs Java. Debian, Ubuntu: sudo apt install default-jre-headless`,
    };
  }
  if (named) throw new UserError(`BEAGLE_JAR is ${named}: expected Beagle, found something else`);
  return { found: false, how: `${present[0]} does not start as Beagle. ${GET}` };
}

const heapOf = (gib: number | undefined): string[] =>
  gib === undefined ? [] : [`-Xmx${Math.ceil(gib * 1024)}m`];

/** Beagle without arguments tells its version and how to use it. */
async function versionOf([program, ...first]: [string, ...string[]]): Promise<string | undefined> {
  const line = (await run(program, first))?.stdout.split("\n", 1)[0]?.trim();
  return line && /^beagle\b.*\(version [\d.]+\)/i.test(line) ? line : undefined;
}

const exists = (path: string): Promise<boolean> => Deno.stat(path).then(({ isFile }) => isFile, () => false);

async function filter(paths: string[], keep: (path: string) => Promise<boolean>): Promise<string[]> {
  const kept = await Promise.all(paths.map(keep));
  return paths.filter((_, i) => kept[i]);
}
