import type { Client } from "../pjrt/client.ts";
import { compile, type Executable, type Launch, prepareLaunch } from "../pjrt/executable.ts";
import type { Program } from "../stablehlo/emit.ts";

/** Compiled programs by their text. */
export interface Programs {
  /** The program ready to be launched; compiled when its text is new. */
  get(program: Program): { executable: Executable; launch: Launch };
  /** Milliseconds spent compiling so far, and how many programs were compiled. */
  readonly spent: { milliseconds: number; programs: number };
}

/** How many eager programs are kept: enough for any loop, few enough for a notebook that runs all day. */
const KEPT = 512;

export function createPrograms(client: Client): Programs {
  const known = new Map<string, { executable: Executable; launch: Launch }>();
  const spent = { milliseconds: 0, programs: 0 };
  return {
    spent,
    get(program) {
      const found = known.get(program.text);
      if (found) return found;
      const executable = timed(spent, () => compile(client, program.text));
      const entry = { executable, launch: prepareLaunch(executable, program.parameters.length) };
      known.set(program.text, entry);
      if (known.size > KEPT) known.delete(known.keys().next().value!);
      return entry;
    },
  };
}

/** Adds the time of one compilation to `spent`. */
export function timed<T>(spent: Programs["spent"], compileOnce: () => T): T {
  const start = performance.now();
  const result = compileOnce();
  spent.milliseconds += performance.now() - start;
  spent.programs++;
  return result;
}
