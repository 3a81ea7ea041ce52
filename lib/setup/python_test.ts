import { equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { findPython, probe } from "./environment.ts";

/** A program that answers as an interpreter of some version would. */
async function fakePython(folder: string, name: string, answer: unknown): Promise<string> {
  const path = join(folder, name);
  await Deno.writeTextFile(path, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, { mode: 0o755 });
  return path;
}

async function message(named: string): Promise<string> {
  let said = "";
  await rejects(findPython(named), (error: Error) => {
    equal(error instanceof UserError, true);
    said = error.message;
    return true;
  });
  return said;
}

Deno.test("this machine's Python is found, with its version", async () => {
  const { version, environments } = await findPython(undefined);
  equal(version[0], 3);
  equal(version[1] >= 10 && environments, true);
});

Deno.test("a Python that is too old is named with its version and where it is", async () => {
  const folder = await Deno.makeTempDir();
  const path = await fakePython(folder, "python3", ["/opt/old/python3", [3, 8, 10], true]);
  match(
    await message(path),
    /^Python 3\.10 or newer is needed .* \/opt\/old\/python3 is 3\.8\.10\. Install it/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a Python without venv leads to the package that brings it", async () => {
  const folder = await Deno.makeTempDir();
  const path = await fakePython(folder, "python3", ["/usr/bin/python3", [3, 11, 2], false]);
  match(
    await message(path),
    /Python 3\.11\.2 at \/usr\/bin\/python3 cannot .*sudo apt install python3\.11-venv/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a named Python that is not there is reported as what was named", async () => {
  match(
    await message("/nowhere/python3"),
    /^PYTHON is \/nowhere\/python3, which does not start as Python 3\.10 or newer$/,
  );
});

Deno.test("a program that is no Python is not taken for one", async () => {
  equal(await probe("true"), undefined);
});
