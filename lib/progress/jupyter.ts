/** What a Deno kernel offers to the code of a cell, and nothing where there is no kernel. */

/** One output in several formats, by media type; the front end shows the richest it knows. */
export type Bundle = Record<string, unknown>;

export interface Jupyter {
  display(
    bundle: Bundle,
    options: { raw: true; display_id?: string; update?: boolean },
  ): Promise<void>;
}

/** The kernel's display functions; undefined outside a notebook, where reading `Deno.jupyter` throws. */
export function jupyter(): Jupyter | undefined {
  try {
    return (Deno as unknown as { jupyter?: Jupyter }).jupyter;
  } catch {
    return undefined;
  }
}

/**
 * Waits until outputs are on their way. A Deno 2.9 kernel can report a cell as finished before its outputs have left,
 * and front ends drop what comes later.
 */
export function flushOutputs(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}
