import { join } from "node:path";

/** Files that are no plugin, made in a folder: a path for each kind. Linux only. */
export function notPlugins(folder: string): Record<string, string> {
  const text = join(folder, "text.so");
  Deno.writeTextFileSync(text, "this is not a library\n".repeat(100));
  const empty = join(folder, "empty.so");
  Deno.writeFileSync(empty, new Uint8Array());
  const truncated = join(folder, "truncated.so");
  const whole = Deno.openSync(Deno.execPath());
  const start = new Uint8Array(200_000);
  whole.readSync(start);
  whole.close();
  Deno.writeFileSync(truncated, start);
  const libc = Deno.readTextFileSync("/proc/self/maps").match(/\/\S*\/libc\.so\S*/)?.[0];
  return {
    missing: join(folder, "missing.so"),
    folder,
    text,
    empty,
    truncated,
    ...libc ? { libc } : {},
  };
}
