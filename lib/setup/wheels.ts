/** Wheels of the Python package index, pinned with their SHA-256 in a lock file, as a source of native libraries. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { lastLines, runOrExplain } from "./command.ts";
import { PYTHON } from "./paths.ts";
import { pip } from "./pip.ts";
import type { Say } from "./step.ts";

/** One line of a lock file: `package==version --hash=sha256:...`, with a checksum for each wheel that may be taken. */
export interface Pin {
  package: string;
  version: string;
  line: string;
}

export interface Lock {
  pins: Pin[];
  /** Names this very list of packages. */
  key: string;
}

const LINE = /^([\w.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}(?: --hash=sha256:[0-9a-f]{64})*$/;

/** Reads a lock of the folder `locks`. @throws Error for a line without a version or a checksum */
export async function readLock(name: string): Promise<Lock> {
  const text = await Deno.readTextFile(join(import.meta.dirname!, "locks", `${name}.txt`));
  return parseLock(text);
}

export function parseLock(text: string): Lock {
  const pins = text.split("\n").filter((line) => line !== "").map((line): Pin => {
    const match = LINE.exec(line);
    if (!match) {
      throw new Error(`lock: expected "package==version --hash=sha256:...", found ${JSON.stringify(line)}`);
    }
    return { package: match[1]!, version: match[2]!, line };
  });
  return { pins, key: createHash("sha256").update(text).digest("hex").slice(0, 16) };
}

export interface Unpacking {
  /** What is unpacked: shell patterns of paths in the wheel, `*` matching slashes too. */
  patterns: string[];
  /** Arguments of pip that choose another wheel than this machine's Python would get. */
  pipArguments?: (pin: Pin) => string[];
}

/**
 * Downloads the wheels of a lock one after the other, unpacks what is wanted, and removes each again.
 *
 * @param folder gets the files, laid out as in a folder of Python packages
 * @returns the SHA-256 of every file, by its path in the folder
 * @throws UserError without network, for a wheel with another checksum, or one without any wanted file
 */
export async function unpackWheels(
  { pins }: Lock,
  folder: string,
  { patterns, pipArguments = () => [] }: Unpacking,
  say: Say,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [i, pin] of pins.entries()) {
    say(`downloading ${pin.package} ${pin.version}${pins.length > 1 ? ` (${i + 1} of ${pins.length})` : ""}`);
    const temporary = await Deno.makeTempDir({ dir: folder, prefix: "wheel-" });
    const wheel = await download(pin, temporary, pipArguments(pin));
    const { stdout } = await runOrExplain(
      PYTHON,
      ["-I", join(import.meta.dirname!, "unpack.py"), wheel, folder, ...patterns],
      ({ stderr }) => `${pin.package} ${pin.version} could not be unpacked:\n${lastLines(stderr)}`,
    );
    const found: Record<string, string> = JSON.parse(stdout);
    if (Object.keys(found).length === 0) {
      throw new UserError(
        `${pin.package} ${pin.version}: expected files like ${patterns.join(", ")}, found none`,
      );
    }
    Object.assign(hashes, found);
    await Deno.remove(temporary, { recursive: true });
  }
  return hashes;
}

async function download(pin: Pin, folder: string, more: string[]): Promise<string> {
  const list = join(folder, "requirements.txt");
  await Deno.writeTextFile(list, `${pin.line}\n`);
  const fixed = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", ...more];
  await pip(
    ["download", ...fixed, "--dest", folder, "--requirement", list],
    `${pin.package} ${pin.version}`,
  );
  const wheel = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".whl"));
  if (!wheel) throw new UserError(`pip fetched no wheel of ${pin.package} ${pin.version}`);
  return join(folder, wheel.name);
}
