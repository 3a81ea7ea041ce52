import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Client } from "../pjrt/client.ts";
import { describeCompilerOptions } from "../pjrt/compiler_options.ts";
import type { Executable } from "../pjrt/executable.ts";
import { deserialize, serialize } from "../pjrt/serialize.ts";
import { runtime } from "../runtime/mod.ts";
import type { Program } from "../stablehlo/emit.ts";

/** Compiled programs on disk, for the next process. A store that fails is one that has nothing: it never throws. */
export interface ProgramStore {
  load(program: Program): Executable | undefined;
  save(program: Program, executable: Executable): void;
}

/** What all programs on disk may need together, in bytes; beyond that the longest unused go. */
const LIMIT = 2 * 2 ** 30;
const END = ".xla";
const DIGEST_BYTES = 32;

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * Keeps programs in a folder, one file each: 32 bytes of SHA-256 over name and content, then the content. The name is a
 * digest of the program and of all that a compiled program depends on: plugin, device, processor and compiler options.
 * A file that is torn, was changed or belongs elsewhere fails its check and is made anew.
 */
export function createProgramStore(client: Client, folder: string, limit = LIMIT): ProgramStore {
  const identity = machineIdentity(client);
  const nameOf = (program: Program): string => {
    const options = describeCompilerOptions(client.platform, program);
    return sha256(identity, `\n${program.partitions ?? 1}\n${options}\n`, program.text).toString("hex") + END;
  };
  return {
    load(program) {
      const name = nameOf(program);
      const path = join(folder, name);
      try {
        const file = readFileSync(path);
        const content = new Uint8Array(file.subarray(DIGEST_BYTES));
        const digest = file.subarray(0, DIGEST_BYTES).toString("hex");
        if (digest !== sha256(name, content).toString("hex")) return undefined;
        const executable = deserialize(client, content, program.partitions ?? 1);
        const now = new Date();
        utimesSync(path, now, now);
        return executable;
      } catch {
        return undefined;
      }
    },
    save(program, executable) {
      const name = nameOf(program);
      // Several machines may share the folder, and have equal process numbers.
      const temporary = join(folder, `${name}.${crypto.randomUUID()}.part`);
      try {
        const content = serialize(executable);
        mkdirSync(folder, { recursive: true });
        makeRoom(folder, limit - content.length);
        writeFileSync(temporary, sha256(name, content));
        writeFileSync(temporary, content, { flag: "a" });
        renameSync(temporary, join(folder, name));
      } catch {
        rmSync(temporary, { force: true });
      }
    },
  };
}

/** Removes what was not used for longest until the folder holds no more than `bytes`. */
function makeRoom(folder: string, bytes: number): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(END)).map((name) => {
    const path = join(folder, name);
    const { size, mtimeMs } = statSync(path);
    return { path, size, mtimeMs };
  });
  let held = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (held <= bytes) return;
    rmSync(path, { force: true });
    held -= size;
  }
}

/** Raised when what is kept of a program, or the way it is compiled, changes. */
const FORMAT = 1;

/**
 * All that a compiled program depends on beside its text, as text. Code for one processor can be an illegal instruction
 * on another, so the processor's features are part of it.
 */
function machineIdentity({ api, platform, platformVersion, deviceKind, devices }: Client): string {
  const { size, mtimeMs } = statSync(api.path);
  return JSON.stringify([
    FORMAT,
    runtime.target,
    api.version,
    size,
    Math.floor(mtimeMs),
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
