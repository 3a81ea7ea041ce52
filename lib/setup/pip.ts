/** Calls pip of the workspace's environment, and words what went wrong. */
import { UserError } from "../errors.ts";
import { environment, type Finished, lastLines, run } from "./command.ts";
import { PYTHON } from "./paths.ts";

/** Settings of the user's own that would send packages elsewhere than into the environment. */
const UNWANTED = [
  "PIP_TARGET",
  "PIP_PREFIX",
  "PIP_ROOT",
  "PIP_REQUIRE_VIRTUALENV",
  "PYTHONHOME",
  "PYTHONPATH",
];

/** pip gives up after two more attempts unless the user set something else: a machine without network hears soon. */
function pipEnvironment(): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(UNWANTED.map((name) => [name, undefined])),
    PIP_USER: "0",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_RETRIES: environment().PIP_RETRIES ?? "2",
  };
}

/**
 * Runs `pip` with these arguments. The package index, proxy and certificates are those of the user's own pip settings.
 *
 * @param what names what is fetched, for the message
 * @throws UserError if pip fails: no network, nothing suitable, wrong checksum, no space
 */
export async function pip(args: string[], what: string, python = PYTHON): Promise<void> {
  const result = await run(python, ["-I", "-m", "pip", ...args], { env: pipEnvironment() });
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
    return `the download of ${what} does not match its checksum: expected SHA-256 ${hashes[1]}, found ${
      hashes[2]
    }. ` +
      `Nothing was installed. Try again; if it stays so, the package index in use serves another file`;
  }
  if (/No space left on device|Errno 28|Disk quota exceeded/i.test(said)) {
    return `the disk is full: ${what} could not be installed`;
  }
  if (UNREACHABLE.test(said)) {
    return `${what} could not be downloaded: the package index did not answer. Check the network connection, and the ` +
      `index, proxy and certificates that pip uses (pip config list). pip said:\n${
        lastLines(complaints(stderr))
      }`;
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
