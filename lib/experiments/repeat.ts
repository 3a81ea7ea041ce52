/** The environment variable that says whether runs are made again whose records came with the workspace: "all". */
export const REPEAT = "SPIN_REPEAT";

/** Whether all runs are made again that have no record of this machine. */
export const repeatsAll = (): boolean => Deno.env.get(REPEAT) === "all";
