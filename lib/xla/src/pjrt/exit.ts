import { runtime } from "../runtime/mod.ts";
import { cLibrary, utf8 } from "./struct.ts";

const LIBC = {
  dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
  on_exit: { parameters: ["pointer", "pointer"], result: "i32" },
} as const;

let register: (() => void) | undefined;

/**
 * Makes the process end at once, with its exit code, when it ends. Otherwise the plugin's destructors run while its
 * threads still compute what nobody waited for, and now and then the process dies by a signal instead.
 *
 * What was registered last comes first, so this is called again whenever the plugin may have made new statics.
 */
export function exitAtOnce(): void {
  if (!register) {
    register = prepare();
    // The plugin makes some only when a program runs.
    runtime.atExit(register);
  }
  register();
}

/** glibc's `on_exit` passes the exit code to `_exit`, which runs no destructors; other C libraries lack it. */
function prepare(): () => void {
  const symbols = cLibrary(LIBC);
  const exit = symbols?.dlsym(null, utf8("_exit\0"));
  return () => exit && void symbols!.on_exit(exit, null);
}
