import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { BGZF_CONTENT, bgzfBlock, bgzfWriter } from "./bgzf.ts";

async function inFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

/** Bytes that deflate cannot make smaller. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** Where the blocks of a file begin, by the lengths they tell themselves. */
function blockStarts(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint16(at + 16, true) + 1) starts.push(at);
  return starts;
}

Deno.test("a BGZF file is gzip that ends with the mark of BGZF", () =>
  inFolder((folder) => {
    const path = `${folder}/a.gz`;
    const [text, random] = [new TextEncoder().encode("0|0\t".repeat(50_000)), noise(200_000)];
    const writer = bgzfWriter(path);
    for (let at = 0; at < text.length; at += 777) writer.write(text.subarray(at, at + 777));
    writer.write(random);
    assert.deepEqual(names(folder), [`a.gz.${Deno.pid}.part`]);
    writer.close();
    writer.abort();
    assert.deepEqual(names(folder), ["a.gz"]);

    const bytes = Deno.readFileSync(path);
    assert.deepEqual(new Uint8Array(gunzipSync(bytes)), Uint8Array.from([...text, ...random]));
    const starts = blockStarts(bytes);
    assert.equal(starts.length, Math.ceil((text.length + random.length) / BGZF_CONTENT) + 1);
    assert.equal(
      bytes.subarray(starts.at(-1)).toHex(),
      "1f8b08040000000000ff0600424302001b0003000000000000000000",
    );
  }));

Deno.test("a virtual offset leads to the byte that was written next", () =>
  inFolder((folder) => {
    const writer = bgzfWriter(`${folder}/a.gz`);
    const offsets: bigint[] = [];
    // The third piece begins where a block is full: its offset is the start of the next one.
    const lengths = [10, BGZF_CONTENT - 10, 5, 3 * BGZF_CONTENT, 1];
    lengths.forEach((length, i) => {
      offsets.push(writer.offset());
      writer.write(new Uint8Array(length).fill(i + 1));
    });
    writer.close();
    const bytes = Deno.readFileSync(`${folder}/a.gz`);
    const starts = blockStarts(bytes);
    offsets.forEach((offset, i) => {
      const block = Number(offset >> 16n);
      const end = starts.find((start) => start > block);
      assert.ok(starts.includes(block));
      assert.equal(gunzipSync(bytes.subarray(block, end))[Number(offset & 0xffffn)], i + 1);
    });
  }));

Deno.test("a file given up leaves nothing, and what stood there stays", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a.gz`, "old");
    const writer = bgzfWriter(`${folder}/a.gz`);
    writer.write(noise(100_000));
    writer.abort();
    assert.deepEqual(names(folder), ["a.gz"]);
    assert.equal(Deno.readTextFileSync(`${folder}/a.gz`), "old");
    assert.throws(() => writer.close(), /the file is closed/);
  }));

Deno.test("a folder that is not there, and a name that is a folder's, are told", () =>
  inFolder((folder) => {
    assert.throws(
      () => bgzfWriter(`${folder}/none/a.gz`),
      (error) => error instanceof UserError && error.message.startsWith(`cannot write ${folder}/none/a.gz: `),
    );
    Deno.mkdirSync(`${folder}/taken`);
    assert.throws(() => bgzfWriter(`${folder}/taken`).close(), UserError);
    assert.deepEqual(names(folder), ["taken"]);
  }));

Deno.test({
  name: "a full disk is told with the file's name, and nothing is left",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder((folder) => {
      const path = `${folder}/a.gz`;
      Deno.symlinkSync("/dev/full", `${path}.${Deno.pid}.part`);
      const writer = bgzfWriter(path);
      assert.throws(
        () => writer.write(noise(BGZF_CONTENT)),
        (error) =>
          error instanceof UserError && error.message.startsWith(`cannot write ${path}: No space left`),
      );
      assert.deepEqual(names(folder), []);
    }),
});

Deno.test("a block refuses more than it holds", () =>
  assert.throws(() => bgzfBlock(new Uint8Array(BGZF_CONTENT + 1), 6), RangeError));
