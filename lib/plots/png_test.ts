import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32, inflateSync } from "node:zlib";
import { encodePng, pngUrl } from "./image_grid.ts";

/** The chunks of a PNG file by type, after a look at its signature and their sums. */
function chunksOf(png: Uint8Array): Record<string, Buffer> {
  const file = Buffer.from(png);
  assert.equal(file.toString("latin1", 0, 8), "\x89PNG\r\n\x1a\n");
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < file.length;) {
    const end = at + 8 + file.readUInt32BE(at);
    assert.equal(file.readUInt32BE(end), crc32(file.subarray(at + 4, end)));
    chunks[file.toString("latin1", at + 4, at + 8)] = file.subarray(at + 8, end);
    at = end + 4;
  }
  return chunks;
}

Deno.test("a PNG file holds its size and its lines, each after a filter of none", () => {
  const colours = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  const chunks = chunksOf(encodePng(2, 3, colours));
  assert.deepEqual(Object.keys(chunks), ["IHDR", "IDAT", "IEND"]);
  assert.deepEqual([...chunks["IHDR"]!], [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  assert.deepEqual(
    [...inflateSync(chunks["IDAT"]!)],
    [0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1],
  );
});

Deno.test("the end of a file is the one of all PNG files", () => {
  const end = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];
  assert.deepEqual([...encodePng(1, 1, Uint8Array.of(1, 2, 3)).slice(-12)], end);
});

Deno.test("a PNG file as an address is its base64", () => {
  const png = encodePng(1, 1, Uint8Array.of(1, 2, 3));
  const [head, data] = pngUrl(png).split(",");
  assert.equal(head, "data:image/png;base64");
  assert.deepEqual(new Uint8Array(Buffer.from(data!, "base64")), new Uint8Array(png));
});

Deno.test("a picture without pixels, or with too few colours, is refused", () => {
  assert.throws(() => encodePng(0, 3, new Uint8Array(0)), /PNG of 0 x 3/);
  assert.throws(() => encodePng(2, 2, new Uint8Array(11)), /PNG of 2 x 2: .* found 11/);
});
