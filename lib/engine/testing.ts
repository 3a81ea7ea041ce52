import { pluginFor } from "@spin/xla/plugins";
import { useEngine } from "./mod.ts";

/** Whether this platform has no XLA plugin: tests of the `xla` engine are ignored there. */
export const noPlugin: boolean = !Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH") && pluginFor() === undefined;

/**
 * Frees what earlier tests forgot now, so that it is not freed while a later one counts buffers. Needs V8's
 * `--expose-gc`, with which the test task runs.
 */
async function collectGarbage(): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) return;
  gc();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A test on the `xla` engine. */
export function xlaTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({
    name,
    ignore: noPlugin,
    fn: async () => {
      await useEngine("xla");
      await collectGarbage();
      await test();
    },
  });
}
