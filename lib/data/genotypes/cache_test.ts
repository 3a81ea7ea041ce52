import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { cachedGenotypes } from "./cache.ts";
import { record, vcfText, withFile } from "./testing.ts";
import { readVcf } from "./vcf.ts";

const text = vcfText(["A", "B"], [record(5, "A>C", "0|1 0/1", "rs5"), record(7, "A>C", "./. 1|1")]);
const kept = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => join(folder, name));

Deno.test("what was read once is read from the cache, with its report", async () => {
  await withFile("a.vcf", text, async (path) => {
    const cache = join(dirname(path), "cache");
    const expected = await readVcf(path);
    assert.deepEqual(await cachedGenotypes(path, { cache }), expected);
    let read = false;
    assert.deepEqual(await cachedGenotypes(path, { cache, onProgress: () => read = true }), expected);
    assert.equal(read, false);
    const { genotypes } = await cachedGenotypes(path, { cache, samples: ["B"] });
    assert.deepEqual(genotypes.samples, ["B"]);
    assert.equal(kept(cache).length, 2);
  });
});

Deno.test("a cache that is not as it was written is made again", async () => {
  await withFile("a.vcf", text, async (path) => {
    const cache = join(dirname(path), "cache");
    const expected = await cachedGenotypes(path, { cache });
    await Deno.remove(join(kept(cache)[0]!, "spin_alleles", "c"), { recursive: true });
    assert.deepEqual(await cachedGenotypes(path, { cache }), expected);
    let read = false;
    await cachedGenotypes(path, { cache, onProgress: () => read = true });
    assert.equal(read, false);
    await Deno.writeTextFile(path, text.replace("1|1", "1|0"));
    assert.notDeepEqual(await cachedGenotypes(path, { cache }), expected);
  });
});
