import { readFileSync } from "node:fs";
import type { Client } from "../pjrt/client.ts";
import {
  compile,
  compileAsync,
  destroyExecutable,
  type Executable,
  type Launch,
  prepareLaunch,
  type ProgramMemory,
  programMemory,
} from "../pjrt/executable.ts";
import type { Program } from "../stablehlo/emit.ts";
import type { ProgramStore } from "./program_store.ts";

/** A compiled program, ready to be launched by one user. */
export interface Loaded {
  executable: Executable;
  launch: Launch;
  memory: ProgramMemory;
}

/** Compiled programs by their text: the same program is compiled once, however many functions use it. */
export interface Programs {
  /** The program, compiled if its text is new. The caller releases it when done with it. */
  acquire(program: Program): Loaded;
  /** The same, compiled on another thread: the event loop goes on meanwhile. */
  acquireAsync(program: Program): Promise<Loaded>;
  release(program: Program): void;
  /** The same for one run at once, before anything else is asked for: nothing is to be released. */
  borrow(program: Program): Loaded;
  /**
   * Milliseconds in which something was compiled so far, several programs at once counted once; how many programs were
   * compiled, and how many came from the store.
   */
  readonly spent: { milliseconds: number; programs: number; stored: number };
}

interface Entry {
  executable: Executable;
  memory: ProgramMemory;
  users: number;
  /** For those who borrow it. */
  launch?: Launch;
}

/** How many programs that nobody uses are kept for the next one who does. */
const IDLE = 256;

/** Share of the process's memory mappings beyond which no program is kept that nobody uses. */
const CROWDED = 0.5;

/** Characters of new programs between two looks at the mappings, which take some milliseconds. */
const LOOK = 100_000;

/** Programs that were compiled faster than this, in milliseconds, are not worth a file. */
const WORTH_STORING = 50;

/**
 * @param store where programs of earlier processes are
 * @param crowding share of the process's memory mappings in use
 */
export function createPrograms(client: Client, store?: ProgramStore, crowding = mappingsInUse): Programs {
  const known = new Map<string, Entry>();
  const spent = { milliseconds: 0, programs: 0, stored: 0 };
  /** Frees the programs that have been idle longest until so many are left. */
  const trimIdle = (most: number): void => {
    const idle = [...known].filter(([, { users }]) => users === 0);
    for (const [oldest, { executable }] of idle.slice(0, Math.max(0, idle.length - most))) {
      known.delete(oldest);
      destroyExecutable(executable);
    }
  };
  /** How many programs are being compiled, and since when there is one. */
  let busy = 0;
  let since = 0;
  const begin = (): number => {
    const now = performance.now();
    if (busy++ === 0) since = now;
    return now;
  };
  const end = (): void => {
    if (--busy === 0) spent.milliseconds += performance.now() - since;
  };
  let unseen = 0;
  const makeRoom = ({ text }: Program): void => {
    unseen += text.length;
    if (unseen < LOOK) return;
    unseen = 0;
    if (crowding() > CROWDED) trimIdle(0);
  };
  const keep = (text: string, executable: Executable): Entry => {
    const entry = { executable, memory: programMemory(executable), users: 0 };
    known.set(text, entry);
    return entry;
  };
  const add = (program: Program, executable: Executable, start: number): Entry => {
    spent.programs++;
    if (performance.now() - start > WORTH_STORING && !program.quickly) store?.save(program, executable);
    return keep(program.text, executable);
  };
  const stored = (program: Program): Entry | undefined => {
    makeRoom(program);
    const executable = store?.load(program);
    if (!executable) return undefined;
    spent.stored++;
    return keep(program.text, executable);
  };
  const compileTimed = (program: Program): Entry => {
    const start = begin();
    let executable: Executable;
    try {
      executable = compile(client, program);
    } finally {
      end();
    }
    return add(program, executable, start);
  };
  /** Compilations on other threads that have not ended. */
  const underWay = new Map<string, Promise<void>>();
  const compileTimedAsync = async (program: Program): Promise<void> => {
    const { text } = program;
    const start = begin();
    const executable = await compileAsync(client, program).finally(end);
    // Somebody who could not wait may have compiled it meanwhile.
    if (known.has(text)) destroyExecutable(executable);
    else add(program, executable, start);
  };
  /** Moved to the end: the program that has been idle longest goes first. */
  const idle = (text: string, entry: Entry): void => {
    known.delete(text);
    known.set(text, entry);
    if (known.size > IDLE) trimIdle(IDLE);
  };
  const find = (program: Program): Entry =>
    known.get(program.text) ?? stored(program) ?? compileTimed(program);
  const acquire: Programs["acquire"] = (program) => {
    const entry = find(program);
    entry.users++;
    return {
      executable: entry.executable,
      launch: prepareLaunch(entry.executable, program.parameters.length),
      memory: entry.memory,
    };
  };
  return {
    spent,
    acquire,
    async acquireAsync(program) {
      const { text } = program;
      if (!known.has(text) && !stored(program)) {
        let compilation = underWay.get(text);
        if (!compilation) {
          compilation = compileTimedAsync(program).finally(() => underWay.delete(text));
          underWay.set(text, compilation);
        }
        await compilation;
      }
      return acquire(program);
    },
    release({ text }) {
      const entry = known.get(text);
      if (entry && --entry.users === 0) idle(text, entry);
    },
    borrow(program) {
      const entry = find(program);
      if (entry.users === 0) idle(program.text, entry);
      entry.launch ??= prepareLaunch(entry.executable, program.parameters.length);
      return { executable: entry.executable, launch: entry.launch, memory: entry.memory };
    },
  };
}

/**
 * Share of the memory mappings that Linux lets a process have (`vm.max_map_count`) that are in use. The code of a large
 * compiled program takes a thousand or more; where they end, the next compilation fails for want of memory. 0 where nobody tells.
 */
export function mappingsInUse(): number {
  try {
    const most = Number(readFileSync("/proc/sys/vm/max_map_count", "utf8"));
    const maps = readFileSync("/proc/self/maps");
    let lines = 0;
    for (let at = maps.indexOf(10); at >= 0; at = maps.indexOf(10, at + 1)) lines++;
    return most > 0 ? lines / most : 0;
  } catch {
    return 0;
  }
}
