/** Shows results: in a notebook as outputs of the cell, elsewhere as text. */
import { flushOutputs, jupyter } from "../progress/jupyter.ts";
import { bundleOf } from "./bundle.ts";

/**
 * Shows values, one output each: figures, tables, Markdown, HTML, text, anything. The last call of a notebook's cell,
 * since it waits until the outputs have left the kernel.
 *
 * @example
 * await show("## Losses", figure, table);
 */
export async function show(...values: unknown[]): Promise<void> {
  const kernel = jupyter();
  for (const value of values) {
    const bundle = await bundleOf(value);
    if (kernel) await kernel.display(bundle, { raw: true });
    else console.log(bundle["text/plain"] ?? Object.values(bundle)[0]);
  }
  if (kernel) await flushOutputs();
}
