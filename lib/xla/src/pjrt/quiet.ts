/** Standard error, as the C library numbers it. */
const STANDARD_ERROR = 2;
const WRITE_ONLY = 1;

const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

let libc: Deno.DynamicLibrary<typeof SYMBOLS> | null | undefined;

/** Where the C library can't be found under this name, native code is left to say what it likes. */
function cLibrary(): typeof libc {
  if (libc !== undefined) return libc;
  try {
    return libc = Deno.dlopen("libc.so.6", SYMBOLS);
  } catch {
    return libc = null;
  }
}

/** Runs native code whose messages on standard error are of no use to anyone. */
export function withoutStandardError<T>(run: () => T): T {
  const c = cLibrary()?.symbols;
  if (!c) return run();
  const kept = c.dup(STANDARD_ERROR);
  const nowhere = c.open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  if (kept < 0 || nowhere < 0) return run();
  c.dup2(nowhere, STANDARD_ERROR);
  try {
    return run();
  } finally {
    c.dup2(kept, STANDARD_ERROR);
    c.close(kept);
    c.close(nowhere);
  }
}
