import { pluginFor } from "../setup/plugin.ts";
import { useEngine } from "./mod.ts";

/** Whether this platform has no XLA plugin: tests of the `xla` engine are ignored there. */
export const noPlugin: boolean = !Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH") && pluginFor() === undefined;

/** A test on the `xla` engine. */
export function xlaTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({
    name,
    ignore: noPlugin,
    fn: async () => {
      await useEngine("xla");
      await test();
    },
  });
}
