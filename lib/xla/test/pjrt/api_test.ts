import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { backendTest, xla } from "../support/backend.ts";
import { canFake, type FakePlugin, fakePlugin } from "../support/fake_plugin.ts";
import { notPlugins } from "../support/libraries.ts";
import { callerOf } from "../../src/pjrt/call_fast.ts";
import { compile } from "../../src/pjrt/executable.ts";
import { PjrtError } from "../../src/pjrt/errors.ts";

const API = new URL("../../src/pjrt/api.ts", import.meta.url).href;

Deno.test({
  name: "files that are no plugin give errors, and never end the process",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const paths = notPlugins(folder);
      // In a process of its own: where the loader can be made to crash, it takes the process with it.
      const code = `import { loadPlugin } from "${API}";
        for (const path of ${JSON.stringify(Object.values(paths))}) {
          try { loadPlugin(path); console.log("loaded"); } catch (error) { console.log(error.message); }
        }`;
      const { code: exit, signal, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", code],
        stdout: "piped",
      }).output();
      deepEqual([exit, signal], [0, null]);
      const lines = new TextDecoder().decode(stdout).trim().split("\n");
      const reasons: Record<string, RegExp> = {
        missing: /no such file/i,
        folder: /directory/,
        text: /the file has no format of shared libraries/,
        empty: /the file has no format of shared libraries/,
        truncated: /the file is not complete, expected at least \d+ bytes and found 200000/,
        libc: /GetPjrtApi/,
      };
      equal(lines.length, Object.keys(paths).length);
      for (const [i, [kind, path]] of Object.entries(paths).entries()) {
        ok(lines[i]!.startsWith(`${path} is not a PJRT plugin (a shared library that exports GetPjrtApi): `));
        match(lines[i]!, reasons[kind]!);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "plugins of another version of the API, and such that lack functions, give errors",
  ignore: !canFake,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const kinds: Record<string, [FakePlugin, RegExp]> = {
        old: [{ version: [0, 53], size: 1000 }, /speaks PJRT API 0\.53; expected 0\.54 or a later 0\.x$/],
        ancient: [{ version: [0, 0], size: 40 }, /speaks PJRT API 0\.0; expected 0\.54/],
        major: [{ version: [1, 99], size: 1000 }, /speaks PJRT API 1\.99; expected 0\.54/],
        nothing: [{ version: [0, 99] }, /GetPjrtApi returned no table$/],
        short: [{ version: [0, 99], size: 40 }, /\(PJRT API 0\.99\) lacks PJRT_Plugin_Initialize$/],
        hollow: [{ version: [0, 99], size: 1000 }, /\(PJRT API 0\.99\) lacks PJRT_Plugin_Initialize$/],
      };
      for (const [kind, [plugin, reason]] of Object.entries(kinds)) {
        const path = `${folder}/${kind}.so`;
        await Deno.writeFile(path, fakePlugin(plugin));
        const code = `import { loadPlugin } from "${API}";
          try { loadPlugin("${path}"); console.log("loaded"); } catch (error) { console.log(error.message); }`;
        const { code: exit, signal, stdout } = await new Deno.Command(Deno.execPath(), {
          args: ["eval", code],
          stdout: "piped",
        }).output();
        deepEqual([exit, signal], [0, null], kind);
        const line = new TextDecoder().decode(stdout).trim();
        ok(line.startsWith(path), line);
        match(line, reason);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

backendTest("a failure inside the plugin becomes an error with its function, code and message", () => {
  throws(
    () => compile(xla().client, { text: "nonsense" }),
    (error) =>
      error instanceof PjrtError && error.where === "PJRT_Client_Compile" && /nonsense/.test(error.message),
  );
  throws(
    () => xla().client.api.run("Client_Compile", new BigUint64Array([24n, 0n, 0n])),
    (error) => error instanceof PjrtError && error.code === "INVALID_ARGUMENT" && /size/.test(error.message),
  );
});

backendTest("a failure of a fast call is noticed", () => {
  throws(() => callerOf(xla().client.api, "Client_Compile")(0n), /PJRT_Client_Compile failed/);
});
