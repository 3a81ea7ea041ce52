/** Where the PJRT plugin is: one that the user names, else the one that set-up installed. */
export interface PluginSearch {
  path?: string;
  /** Why there is none, and what to do, in one line. */
  reason: string;
}

export function findPlugin(): Promise<PluginSearch> {
  const named = Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH");
  return Promise.resolve(named ? { path: named, reason: "" } : { reason: "no plugin" });
}
