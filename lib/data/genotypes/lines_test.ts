import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { eachLine } from "./lines.ts";
import { refusesFile, withFile } from "./support_test.ts";

/** Bytes one after the other. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  await eachLine(path, "text", (bytes, start, end, line) => {
    lines.push(`${line}:${new TextDecoder().decode(bytes.subarray(start, end))}`);
    return true;
  });
  return lines;
}

const LONG = "x".repeat(700_000);
const TEXT = `one\r\ntwo\n\n${LONG}\r\nlast`;
const EXPECTED = ["1:one", "2:two", "3:", `4:${LONG}`, "5:last"];
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("lines are the same in plain files, in gzip and in many gzip members", async () => {
  const cuts = [0, 2, 4, 5, 90_000, 300_000, TEXT.length];
  const members = cuts.slice(1).map((cut, i) => gzipSync(encode(TEXT.slice(cuts[i], cut))));
  for (const content of [encode(TEXT), gzipSync(encode(TEXT)), joined(members)]) {
    assert.deepEqual(await withFile("a.txt", content, linesOf), EXPECTED);
  }
  assert.deepEqual(await withFile("a.txt", "", linesOf), []);
});

Deno.test("reading ends where it is told to", async () => {
  let count = 0;
  const content = gzipSync(encode("a\n".repeat(2_000_000)));
  await withFile("a.gz", content, (path) => eachLine(path, "text", () => ++count < 3));
  assert.equal(count, 3);
});

Deno.test("gzip data that are cut short or damaged are refused with the line before", async () => {
  const members = [gzipSync(encode("a\nb\n")), gzipSync(encode("c\nd\n"))];
  const whole = joined(members);
  const cut = whole.subarray(0, whole.length - 9);
  await refusesFile("a.gz", cut, linesOf, /a\.gz, after line \d.* the file is cut short; copy or download/);
  const damaged = whole.slice();
  damaged.fill(7, members[0]!.length, members[0]!.length + 4);
  await refusesFile("a.gz", damaged, linesOf, /after line \d.*: damaged gzip data/);
});

Deno.test("a bgzip file without its last block is refused", async () => {
  const block = gzipSync(encode("a\n"));
  const extra = Uint8Array.of(6, 0, 0x42, 0x43, 2, 0, block.length + 7, 0);
  const bgzf = joined([block.slice(0, 10), extra, block.slice(10)]);
  bgzf[3] = 4;
  const end = "1f8b08040000000000ff0600424302001b0003000000000000000000";
  const last = Uint8Array.from(end.match(/../g)!, (byte) => parseInt(byte, 16));
  assert.deepEqual(await withFile("a.gz", joined([bgzf, last]), linesOf), ["1:a"]);
  await refusesFile("a.gz", bgzf, linesOf, /a\.gz: this bgzip file lacks its last block/);
});

Deno.test("what is no file is refused", async () => {
  await refusesFile("a", "", (path) => linesOf(`${path}b`), /ab: no such text file/);
  await refusesFile(
    "a",
    "",
    (path) => linesOf(path.replace(/.a$/, "")),
    /expected a text file, found a folder/,
  );
});
