import { cLibrary } from "./struct.ts";

/** Standard error, as the C library numbers it. */
const STANDARD_ERROR = 2;
const WRITE_ONLY = 1;

const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** Where the C library can't be found under this name, native code is left to say what it likes. */
let libc: ReturnType<typeof cLibrary<typeof SYMBOLS>> | null = null;

/** Runs native code whose messages on standard error are of no use to anyone. */
export function withoutStandardError<T>(run: () => T): T {
  libc = libc === null ? cLibrary(SYMBOLS) : libc;
  const c = libc;
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
