/** Wheels of the Python package index, pinned with their SHA-256, as a source of folders of native libraries. */
import { type Bundle, completeBundle } from "@spin/xla/plugins";
import { dirname, join } from "node:path";
import { sha256 } from "../data/read.ts";
import { UserError } from "../errors.ts";
import { PYTHON } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { type Finished, lastLines, processEnvironment, runOrExplain, runTool } from "./command.ts";

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

const PLATFORM = "x86_64-unknown-linux-gnu";

/** @throws UserError where the pinned wheels cannot be used */
export function requirePlatform(what: string): void {
  if (Deno.build.target === PLATFORM) return;
  throw new UserError(`${what} can be installed on ${PLATFORM}; this is ${Deno.build.target}`);
}

const LINE = /^([\w.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}(?: --hash=sha256:[0-9a-f]{64})*$/;

/** Reads the text of a lock. @throws Error for a line without a version or a checksum */
export function parseLock(text: string): Lock {
  const pins = text.split("\n").filter((line) => line !== "").map((line): Pin => {
    const match = LINE.exec(line);
    if (!match) {
      throw new Error(`lock: expected "package==version --hash=sha256:...", found ${JSON.stringify(line)}`);
    }
    return { package: match[1]!, version: match[2]!, line };
  });
  return { pins, key: sha256(text).slice(0, 16) };
}

interface Unpacking {
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
  await pip(["download", ...fixed, "--dest", folder, "--requirement", list], `${pin.package} ${pin.version}`);
  const wheel = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".whl"));
  if (!wheel) throw new UserError(`pip fetched no wheel of ${pin.package} ${pin.version}`);
  return join(folder, wheel.name);
}

/** Settings of the user's own that would send packages elsewhere than into the environment. */
const UNWANTED = "PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_VIRTUALENV PYTHONHOME PYTHONPATH".split(" ");

/** pip gives up after two more attempts unless the user set something else: a machine without network hears soon. */
function pipEnvironment(): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(UNWANTED.map((name) => [name, undefined])),
    PIP_USER: "0",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_RETRIES: processEnvironment().PIP_RETRIES ?? "2",
  };
}

/**
 * Runs `pip` with these arguments. The package index, proxy and certificates are those of the user's own pip settings.
 *
 * @param what names what is fetched, for the message
 * @throws UserError if pip fails: no network, nothing suitable, wrong checksum, no space
 */
export async function pip(args: string[], what: string, python = PYTHON): Promise<void> {
  const result = await runTool(python, ["-I", "-m", "pip", ...args], { env: pipEnvironment() });
  if (!result) throw new UserError(`cannot start ${python}; remove the folder .venv and run set-up again`);
  if (result.code !== 0) throw new UserError(explainPip(result, what));
}

const UNREACHABLE =
  /NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|name resolution|Failed to establish|ProxyError|SSLError|CERTIFICATE_VERIFY|Network is unreachable|Connection refused|Connection reset|Remote end closed/i;

/** What a failed pip run means, in one message. */
export function explainPip({ stdout, stderr }: Finished, what: string): string {
  const said = `${stdout}\n${stderr}`;
  const hashes = /Expected sha256\s+(\w+)[\s\S]*?Got\s+(\w+)/.exec(said);
  if (hashes) {
    return `the download of ${what} does not match its checksum: expected SHA-256 ${hashes[1]}, ` +
      `found ${hashes[2]}. Nothing was installed. Try again; if it stays so, ` +
      "the package index in use serves another file";
  }
  if (/No space left on device|Errno 28|Disk quota exceeded/i.test(said)) {
    return `the disk is full: ${what} could not be installed`;
  }
  if (UNREACHABLE.test(said)) {
    return `${what} could not be downloaded: the package index did not answer. Check the network connection, and the ` +
      "index, proxy and certificates that pip uses (pip config list). pip said:\n" +
      lastLines(complaints(stderr));
  }
  if (/No matching distribution|Could not find a version/i.test(said)) {
    return `${what} could not be installed: the package index in use has no version that suits this machine and ` +
      `Python. pip said:\n${lastLines(complaints(stderr))}`;
  }
  return `${what} could not be installed. pip said:\n${lastLines(complaints(stderr) || said, 8)}`;
}

/** pip's own errors, else its warnings: each once, not longer than a line, without its advice about newer versions. */
function complaints(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !line.includes("[notice]"));
  const reasons = lines.filter((line) => line.includes("connection broken by")).slice(-1);
  const errors = lines.filter((line) => /^\s*error/i.test(line));
  const said = errors.length > 0 ? [...reasons, ...errors] : lines;
  return [...new Set(said)].map((line) => line.length > 160 ? `${line.slice(0, 157)}...` : line).join("\n");
}

const TEMPORARY = "making-";

/**
 * Makes a bundle: `make` fills a temporary folder on the same disk, which then takes the bundle's name.
 *
 * @param make returns the SHA-256 of each native file, by its path in the folder
 * @throws what `make` throws; nothing is left behind
 */
export async function makeBundle(
  bundle: Bundle,
  make: (folder: string) => Promise<Record<string, string>>,
): Promise<void> {
  const parent = dirname(bundle.folder);
  await Deno.mkdir(parent, { recursive: true });
  await removeLeftovers(parent, TEMPORARY);
  const temporary = await Deno.makeTempDir({ dir: parent, prefix: TEMPORARY });
  try {
    await completeBundle(temporary, await make(temporary));
    await Deno.remove(bundle.folder, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, bundle.folder);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** Removes the temporary folders that a set-up that was killed could not remove itself. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(prefix)) await Deno.remove(join(folder, name), { recursive: true });
  }
}

/** Says what a step is doing, before it does something that takes time. */
export type Say = (line: string) => void;

export interface ReportProgress {
  /** Print a step that had nothing to do as well. */
  verbose: boolean;
  print: (line: string) => void;
}

/**
 * Runs one step. It prints a line when the step says that it starts something slow, and a line with the time and the
 * outcome when it is done; a step that finds everything in place prints nothing unless the report is verbose.
 */
export async function step(
  name: string,
  work: (say: Say) => Promise<string>,
  report: ReportProgress,
): Promise<void> {
  const start = performance.now();
  let worked = false;
  const outcome = await work((line) => {
    worked = true;
    report.print(`${name.padEnd(8)} ${line} ...`);
  });
  if (!worked && !report.verbose) return;
  const time = formatDuration((performance.now() - start) / 1000);
  report.print(`${name.padEnd(8)} ${worked ? `ready in ${time}` : `in place (${time})`}: ${outcome}`);
}
