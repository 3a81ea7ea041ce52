import { collectGarbage, noPlugin } from "../xla/test/support/backend.ts";
import { useEngine } from "./mod.ts";

export { noPlugin };

/** A test on tfjs's `cpu` engine. */
export function cpuTest(name: string, test: () => void | Promise<void>): void {
  Deno.test(name, async () => {
    await useEngine("cpu");
    await test();
  });
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
