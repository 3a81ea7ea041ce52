import assert from "node:assert/strict";
import { openParts } from "./parts.ts";

Deno.test("parts are kept for the same work, and removed for another", async () => {
  const above = await Deno.makeTempDir();
  const folder = `${above}/out.parts`;
  try {
    const parts = await openParts(folder, "one");
    await parts.write("0.f32", Float32Array.of(1, 2));
    await parts.writeText("phasing", "given");
    await assert.rejects(openParts(folder, "two"), /another run is at work on the same output/);
    parts.close();
    const again = await openParts(folder, "one");
    assert.equal((await again.read("0.f32", 8))?.length, 8);
    assert.equal(await again.read("0.f32", 4), undefined);
    assert.equal(await again.readText("phasing"), "given");
    again.close();
    const other = await openParts(folder, "two");
    assert.equal(await other.read("0.f32", 8), undefined);
    await other.remove();
    other.close();
    assert.deepEqual([...Deno.readDirSync(above)], []);

    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/thesis.txt`, "mine");
    await assert.rejects(
      openParts(folder, "one"),
      /expected the folder of unfinished work or none, found other files/,
    );
  } finally {
    await Deno.remove(above, { recursive: true });
  }
});
