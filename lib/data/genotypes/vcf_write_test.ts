import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { type ImputedBatch, writeImputed } from "./vcf_write.ts";

const header = {
  contig: "20",
  contigLength: 63_025_520,
  samples: ["a", "b"],
  source: "test",
  date: "20260102",
};

/** Two batches: a SNP that was typed, an insertion at the same position, a deletion. */
const batches: ImputedBatch[] = [
  {
    position: Int32Array.of(1000, 1000),
    id: ["rs1", "."],
    ref: ["A", "A"],
    alt: ["G", "ATTT"],
    probabilities: Float32Array.of(0, 1, 0, 0, 0.25, 0.75, 0.25, 0.75),
    typed: [true, false],
  },
  {
    position: Int32Array.of(2_000_000),
    id: ["rs3;rs4"],
    ref: ["CAG"],
    alt: ["C"],
    probabilities: new Float32Array(4),
    typed: Uint8Array.of(0),
  },
];

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

async function recordsOf(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(gunzipSync(await Deno.readFile(path)));
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("imputed genotypes are written as records of VCF, with an index", () =>
  inFolder(async (folder) => {
    const path = `${folder}/out.vcf.gz`;
    await Deno.writeTextFile(`${path}.tbi`, "an older one");
    assert.deepEqual(await writeImputed(path, header, batches), { variants: 3, imputed: 2, leftOut: 0 });
    assert.deepEqual(await recordsOf(path), [
      "20\t1000\trs1\tA\tG\t.\tPASS\tAF=0.25;DR2=1\tGT:DS\t0|1:1\t0|0:0",
      "20\t1000\t.\tA\tATTT\t.\tPASS\tAF=0.5;DR2=0.25;IMP\tGT:DS\t0|1:1\t0|1:1",
      "20\t2000000\trs3;rs4\tCAG\tC\t.\tPASS\tAF=0;DR2=0;IMP\tGT:DS\t0|0:0\t0|0:0",
    ]);
    assert.deepEqual(names(folder), ["out.vcf.gz", "out.vcf.gz.tbi"]);
  }));

Deno.test("rows may come later, and one sample may have both probabilities", () =>
  inFolder(async (folder) => {
    async function* rows(): AsyncGenerator<ImputedBatch> {
      await Promise.resolve();
      yield { ...batches[1]!, probabilities: Float32Array.of(0.125, 0.75) };
    }
    const path = `${folder}/out.vcf.gz`;
    await writeImputed(path, { ...header, samples: ["a"], haplotypes: true }, rows());
    const [record] = await recordsOf(path);
    assert.ok(record!.endsWith("\tGT:DS:HDS\t0|1:0.875:0.125,0.75"), String(record));
  }));

Deno.test("an error among the rows leaves no file, and an older one stays", () =>
  inFolder(async (folder) => {
    const path = `${folder}/out.vcf.gz`;
    await Deno.writeTextFile(path, "old");
    const first = batches[0]!;
    const cases: [ImputedBatch[], new (...args: never[]) => Error, RegExp][] = [
      [[batches[1]!, first], UserError, /20:1000 comes after 20:2000000: expected sorted/],
      [[{ ...first, ref: ["A", ""] }], UserError, /20:1000: expected an ID and two alleles, .*REF ""/],
      [[{ ...first, alt: ["G,T", "C"] }], UserError, /ALT "G,T"/],
      [[{ ...first, id: ["a b", "."] }], UserError, /ID "a b"/],
      [
        [{ ...first, position: Int32Array.of(1000, 2 ** 29 + 1) }],
        UserError,
        /20:536870913: a \.tbi index holds/,
      ],
      [[{ ...first, id: ["."] }], RangeError, /a batch of 2 variants and 2 samples/],
      [[{ ...first, probabilities: new Float32Array(8).fill(2) }], RangeError, /expected probabilities/],
    ];
    for (const [rows, kind, message] of cases) {
      await assert.rejects(writeImputed(path, header, rows), (error) => {
        assert.ok(error instanceof kind, String(error));
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(names(folder), ["out.vcf.gz"]);
    }
    function* stopped(): Generator<ImputedBatch> {
      yield first;
      throw new Error("stopped");
    }
    await assert.rejects(writeImputed(path, header, stopped()), /stopped/);
    assert.deepEqual(names(folder), ["out.vcf.gz"]);
    assert.equal(await Deno.readTextFile(path), "old");
  }));

Deno.test("a file that cannot be written is told before any row is taken", () =>
  inFolder(async (folder) => {
    const never: Iterable<ImputedBatch> = {
      [Symbol.iterator]: () => {
        throw new Error("taken");
      },
    };
    await assert.rejects(writeImputed(`${folder}/out.vcf`, header, never), /ending in \.vcf\.gz/);
    await assert.rejects(writeImputed(`${folder}/none/out.vcf.gz`, header, never), UserError);
    await assert.rejects(writeImputed(`${folder}/out.vcf.gz`, { ...header, samples: [] }, never), UserError);
    assert.deepEqual(names(folder), []);
  }));

Deno.test({
  name: "a disk that is full when the index is written leaves nothing",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/out.vcf.gz`;
      await Deno.symlink("/dev/full", `${path}.tbi.${Deno.pid}.part`);
      await assert.rejects(
        writeImputed(path, header, batches),
        (error) =>
          error instanceof UserError && error.message.startsWith(`cannot write ${path}.tbi: No space`),
      );
      assert.deepEqual(names(folder), []);
    }),
});
