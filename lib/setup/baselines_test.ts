import { equal, match, ok, throws } from "node:assert/strict";
import { baselinesBundle, requirePython } from "./baselines.ts";
import type { Python } from "./environment.ts";

const python = (...version: Python["version"]): Python => ({
  executable: "/usr/bin/python3",
  version,
  environments: true,
});

Deno.test("a Python that the pinned wheels are not made for is refused", () => {
  requirePython(python(3, 11, 0));
  requirePython(python(3, 14, 2));
  throws(
    () => requirePython(python(3, 10, 12)),
    /^UserError: the classical baselines need Python 3\.11 or newer, but \/usr\/bin\/python3 is 3\.10\.12; .*PYTHON=/,
  );
});

Deno.test("packages with native code for each Python have a checksum for each", async () => {
  const { lock, folder, repair } = await baselinesBundle();
  const checksums = Object.fromEntries(
    lock.pins.map((pin) => [pin.package, pin.line.match(/sha256/g)!.length]),
  );
  for (const name of ["numpy", "scipy", "scikit-learn"]) equal(checksums[name], 4);
  ok(folder.endsWith(lock.key));
  match(repair, /--baselines --repair$/);
});
