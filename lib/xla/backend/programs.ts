import type { Client } from "../pjrt/client.ts";
import {
  compile,
  compileAsync,
  destroyExecutable,
  type Executable,
  type Launch,
  prepareLaunch,
} from "../pjrt/executable.ts";
import type { Program } from "../stablehlo/emit.ts";

/** A compiled program, ready to be launched by one user. */
export interface Loaded {
  executable: Executable;
  launch: Launch;
}

/** Compiled programs by their text: the same program is compiled once, however many functions use it. */
export interface Programs {
  /** The program, compiled if its text is new. The caller releases it when done with it. */
  acquire(program: Program): Loaded;
  /** The same, compiled on another thread: the event loop goes on meanwhile. */
  acquireAsync(program: Program): Promise<Loaded>;
  release(program: Program): void;
  /** Milliseconds spent compiling so far, and how many programs were compiled. */
  readonly spent: { milliseconds: number; programs: number };
}

interface Entry {
  executable: Executable;
  users: number;
}

/** How many programs that nobody uses are kept for the next one who does. */
const IDLE = 64;

export function createPrograms(client: Client): Programs {
  const known = new Map<string, Entry>();
  const spent = { milliseconds: 0, programs: 0 };
  const add = (text: string, executable: Executable, start: number): Entry => {
    const entry = { executable, users: 0 };
    spent.milliseconds += performance.now() - start;
    spent.programs++;
    known.set(text, entry);
    return entry;
  };
  const compileTimed = (text: string): Entry => {
    const start = performance.now();
    return add(text, compile(client, text), start);
  };
  /** Compilations on other threads that have not ended. */
  const underWay = new Map<string, Promise<void>>();
  const compileTimedAsync = async (text: string): Promise<void> => {
    const start = performance.now();
    const executable = await compileAsync(client, text);
    // Somebody who could not wait may have compiled it meanwhile.
    if (known.has(text)) destroyExecutable(executable);
    else add(text, executable, start);
  };
  const acquire: Programs["acquire"] = ({ text, parameters }) => {
    const entry = known.get(text) ?? compileTimed(text);
    entry.users++;
    return { executable: entry.executable, launch: prepareLaunch(entry.executable, parameters.length) };
  };
  return {
    spent,
    acquire,
    async acquireAsync(program) {
      const { text } = program;
      if (!known.has(text)) {
        let compilation = underWay.get(text);
        if (!compilation) {
          compilation = compileTimedAsync(text).finally(() => underWay.delete(text));
          underWay.set(text, compilation);
        }
        await compilation;
      }
      return acquire(program);
    },
    release({ text }) {
      const entry = known.get(text);
      if (!entry || --entry.users > 0) return;
      // Moved to the end: the program that has been idle longest goes first.
      known.delete(text);
      known.set(text, entry);
      const idle = [...known].filter(([, { users }]) => users === 0);
      for (const [oldest, { executable }] of idle.slice(0, Math.max(0, idle.length - IDLE))) {
        known.delete(oldest);
        destroyExecutable(executable);
      }
    },
  };
}
