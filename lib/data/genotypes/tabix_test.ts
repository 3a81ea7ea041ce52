import assert from "node:assert/strict";
import { binOf, tabixBytes, tabixIndex } from "./tabix_write.ts";
import { writeImputed } from "./vcf_write.ts";

Deno.test("bins are the smallest that hold an interval", () => {
  assert.equal(binOf(0, 1), 4681);
  assert.equal(binOf(16_383, 16_384), 4681);
  assert.equal(binOf(16_384, 16_385), 4682);
  assert.equal(binOf(16_383, 16_385), 585); // 128 kb
  assert.equal(binOf(131_071, 131_073), 73); // 1 Mb
  assert.equal(binOf(2 ** 20 - 1, 2 ** 20 + 1), 9);
  assert.equal(binOf(2 ** 23 - 1, 2 ** 23 + 1), 1);
  assert.equal(binOf(2 ** 26 - 1, 2 ** 26 + 1), 0);
  assert.equal(binOf(2 ** 29 - 1, 2 ** 29), 37_448);
});

/** Reads an index number by number, as the format's description has it. */
function parse(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = 4;
  const int = () => view.getInt32((at += 4) - 4, true);
  const long = () => view.getBigUint64((at += 8) - 8, true);
  const many = <T>(n: number, read: () => T): T[] => Array.from({ length: n }, read);
  const magic = new TextDecoder().decode(bytes.subarray(0, 4));
  const settings = many(7, int);
  const name = new TextDecoder().decode(bytes.subarray(at + 4, at += 4 + view.getInt32(at, true)));
  const bins = many(int(), () => ({ bin: int(), chunks: many(int(), () => many(2, long)) }));
  const windows = many(int(), long);
  return { magic, settings, name, bins, windows, placeless: long(), left: bytes.length - at };
}

Deno.test("an index has the chunks of its bins, the windows and the number of records", () => {
  const index = tabixIndex("chr20");
  const block = (n: number, within = 0) => BigInt(n * 65_536 + within);
  index.add(100, 1, block(0, 50), block(0, 90));
  index.add(200, 1, block(0, 90), block(0, 130));
  index.add(16_380, 10, block(0, 130), block(300)); // across two windows
  index.add(16_390, 1, block(300), block(300, 40));
  index.add(80_000, 1, block(500), block(500, 40)); // three windows behind
  index.add(80_000, 1, block(700), block(700, 40)); // in another block
  assert.deepEqual(parse(tabixBytes([index.content])), {
    magic: "TBI\u0001",
    settings: [1, 2, 1, 2, 0, 35, 0],
    name: "chr20\0",
    bins: [
      { bin: 585, chunks: [[block(0, 130), block(300)]] },
      { bin: 4681, chunks: [[block(0, 50), block(0, 130)]] },
      { bin: 4682, chunks: [[block(300), block(300, 40)]] },
      { bin: 4685, chunks: [[block(500), block(500, 40)], [block(700), block(700, 40)]] },
      { bin: 37_450, chunks: [[block(0, 50), block(700, 40)], [6n, 0n]] },
    ],
    windows: [block(0, 50), block(0, 130), block(500), block(500), block(500)],
    placeless: 0n,
    left: 0,
  });
});

Deno.test("an index without records is one", () =>
  assert.deepEqual(parse(tabixBytes([tabixIndex("1").content])).windows, []));

/** What a program prints; null if it is not installed. */
function output(program: string, ...args: string[]): { text: string; warnings: string } | null {
  try {
    const { stdout, stderr, success } = new Deno.Command(program, { args }).outputSync();
    const [text, warnings] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.ok(success, `${program}: ${warnings}`);
    return { text: text!, warnings: warnings! };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const absent = ["bcftools", "tabix", "bgzip"].filter((program) => output(program, "--version") === null);

Deno.test({
  name: "bcftools and tabix read what was written" +
    (absent.length > 0 ? ` (needs ${absent.join(", ")}: not installed)` : ""),
  ignore: absent.length > 0,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/out.vcf.gz`;
      const n = 4000;
      // Dense, then far apart; deletions that reach into later windows; two variants at each tenth position.
      const place = (i: number) =>
        i < 2000 ? 50_000 + 11 * (i - (i % 10 === 1 ? 1 : 0)) : 100_000 + 9_001 * (i - 1999);
      const position = Int32Array.from({ length: n }, (_, i) => place(i));
      const ref = Array.from({ length: n }, (_, i) => i % 50 === 0 ? "A".repeat(20_000) : "A");
      const samples = Array.from({ length: 20 }, (_, s) => `s${s}`);
      const probabilities = Float32Array.from({ length: n * 40 }, Math.random);
      const variants = { position, ref, id: ref.map((_, i) => `v${i}`), alt: ref.map(() => "C") };
      const header = {
        contig: "20",
        contigLength: 63_025_520,
        samples,
        source: "test",
        haplotypes: true,
      };
      await writeImputed(path, header, [{
        ...variants,
        probabilities,
        typed: ref.map((_, i) => i % 3 === 0),
      }]);

      output("bgzip", "-t", path);
      assert.equal(output("bcftools", "index", "-n", path)!.text, `${n}\n`);
      for (const args of [["view", path], ["stats", path], ["view", "-r", "20:60000-70000", path]]) {
        assert.equal(output("bcftools", ...args)!.warnings, "");
      }
      const regions = [[1, 49_999], [50_000, 50_000], [50_011, 50_300], [71_000, 130_000], [
        9_000_000,
        9_100_000,
      ]];
      for (const [start, end] of [...regions, [18_000_000, 60_000_000], [30_000_000, 30_000_000]]) {
        const expected = variants.id.filter((_, i) =>
          position[i]! <= end! && position[i]! + ref[i]!.length - 1 >= start!
        );
        const found = (text: string) =>
          text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) =>
            line.split("\t")[2]
          );
        const region = `20:${start}-${end}`;
        assert.deepEqual(found(output("tabix", path, region)!.text), expected, region);
        assert.deepEqual(found(output("bcftools", "view", "-r", region, path)!.text), expected, region);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
