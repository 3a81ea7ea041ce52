import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { isParquet, parseParquet } from "./parquet.ts";
import { typeTable } from "./table.ts";

/** Files that pyarrow 26 wrote. */
const FILES = {
  /** n int64, d decimal(9, 2), t timestamp, b boolean, s dictionary of texts, and an index of pandas; Zstandard. */
  mixed:
    "UEFSMRUEFSAVMkwVBBUAEgAAKLUv/SAQgQAAAQAAAAAAAAABAAAAAAAgABUAFRIVJCwVBhUQFQYVBhwAAAAotS/9IAlJAAACAAAAAwUBAwIVBBUQFSJMFQQVABIAACi1L/0gCEEAAAAAAH3///8GFQAVEhUkLBUGFRAVBhUGHAAAACi1L/0gCUkAAAIAAAADBQEDAhUEFSAVMkwVBBUAEgAAKLUv/SAQgQAAAFCHHZgSBgAAAHMsohIGABUAFRIVJCwVBhUQFQYVBhwAAAAotS/9IAlJAAACAAAAAwMBAwIVABUOFSAsFQYVABUGFQYcAAAAKLUv/SAHOQAAAgAAAAMFARUEFRoVLEwVBBUAEgAAKLUv/SANaQAAAwAAADAwNwIAAABiIBUAFRIVJCwVBhUQFQYVBhwAAAAotS/9IAlJAAACAAAAAwMBAwIVBBUwFTpMFQYVABIAACi1L/0gGKUAAGAAAAEAAgAAAAAAAAACAGDgAWABFQAVFBUmLBUGFRAVBhUGHAAAACi1L/0gClEAAAIAAAAGAQIDJAAVBBl8NQAYBnNjaGVtYRUMABUEJQIYAW4AFQ4VCBUCGAFkJQoVBBUSLFwVBBUSAAAAFQQlAhgBdCUUTIwSHCwAAAAAABUAJQIYAWIAFQwlAhgBcyUATBwAAAAVBCUCGBFfX2luZGV4X2xldmVsXzBfXwAWBhkcGWwmABwVBBk1AAYQGRgBbhUMFgYWdBaYASZWJggpLBUEFQAVAgAVABUQFQIAPCkGGSYCBAAAACYAHBUOGTUABhAZGAFkFQwWBhZkFogBJt4BJqABKSwVBBUAFQIAFQAVEBUCADwpBhkmAgQAAAAmABwVBBk1AAYQGRgBdBUMFgYWdBaYASb2AiaoAiksFQQVABUCABUAFRAVAgA8KQYZJgIEAAAAJgAcFQAZJQYAGRgBYhUMFgYWNBZGJsADSRwVABUAFQIAPCkGGSYCBAAAACYAHBUMGTUABhAZGAFzFQwWBhZuFpIBJs4EJoYEKSwVBBUAFQIAFQAVEBUCADwWChkGGSYCBAAAACYAHBUEGTUABhAZGBFfX2luZGV4X2xldmVsXzBfXxUMFgYWhgEWogEm7gUmmAUpLBUEFQAVAgAVABUQFQIAPCkGGSYABgAAABb0BBYGJggWsgYAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRlsHAAAHAAAHAAAHAAAHAAAHAAAAAkCAABQQVIx",
  nested:
    "UEFSMRUEFRAVEEwVAhUAEgAAAQAAAAAAAAAVABUeFR4sFQIVEBUGFQYcAAAAAgAAAAIAAgAAAAIDAQIAFQQZTDUAGAZzY2hlbWEVAgA1AhgBbBUCFQZMPAAAADUEGARsaXN0FQIAFQQlAhgHZWxlbWVudAAWAhkcGRwmABwVBBk1AAYQGTgBbARsaXN0B2VsZW1lbnQVABYCFnAWcCY0JggpLBUEFQAVAgAVABUQFQIAPCkmAgAZRgAAAAIAAAAWcBYCJggWcAAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGRwcAAAAtAAAAFBBUjE=",
  empty:
    "UEFSMRUEFQAVAEwVABUAEgAAFQQZLDUAGAZzY2hlbWEVAgAVBCUCGAF4ABYAGRwZHCYAHBUEGSUABhkYAXgVABYAFhwWHCYAJggpHBUEFQAVAgAAABYcFgAmCBYcACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAAB0AAAAUEFSMQ==",
  binary:
    "UEFSMRUEFQQVBEwVAhUAEgAAYWIVABUSFRIsFQIVEBUGFQYcAAAAAgAAAAIBAQIAFQQZLDUAGAZzY2hlbWEVAgAVDhUEFQIYAXgAFgIZHBkcJgAcFQ4ZNQAGEBkYAXgVABYCFlgWWCYoJggpLBUEFQAVAgAVABUQFQIAPCkGGSYAAgAAABZYFgImCBZYACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAACGAAAAUEFSMQ==",
};
const bytesOf = (name: keyof typeof FILES) => new Uint8Array(Buffer.from(FILES[name], "base64"));

Deno.test("a Parquet file gives the cells that a CSV file would have, and says which are texts", async () => {
  assert.ok(isParquet(bytesOf("mixed")));
  assert.ok(!isParquet(new TextEncoder().encode("PARTY,b\n1,2\n")));
  const raw = await parseParquet(bytesOf("mixed"), "t.parquet");
  assert.deepEqual(raw.names, ["n", "d", "t", "b", "s"]);
  assert.deepEqual(raw.cells, [
    ["1", "", "9007199254740993"],
    ["1.25", "", "-2.5"],
    ["2024-03-01T12:00:00.000Z", "2024-03-02T00:00:00.000Z", ""],
    ["true", "", "false"],
    ["007", "b", ""],
  ]);
  const { columns, rows } = typeTable(raw);
  assert.equal(rows, 3);
  assert.deepEqual(columns.map(({ kind }) => kind), [
    "numeric",
    "numeric",
    "numeric",
    "categorical",
    "categorical",
  ]);
  assert.deepEqual(columns[2]!.kind === "numeric" && [...columns[2]!.values], [19783.5, 19784, NaN]);
  assert.deepEqual(columns[4]!.kind === "categorical" && columns[4]!.classes, ["007", "b"]);
});

Deno.test("errors in a Parquet file name its rows and columns", async () => {
  const raw = await parseParquet(bytesOf("mixed"), "t.parquet");
  assert.throws(
    () => typeTable(raw, { numeric: ["s"] }),
    /t\.parquet, row 2, column "s": expected a number, found "b"/,
  );
  const refused = (bytes: Uint8Array<ArrayBuffer>, message: RegExp) =>
    assert.rejects(parseParquet(bytes, "t.parquet"), message);
  await refused(
    bytesOf("nested"),
    /t\.parquet, column "l": expected numbers, .* found nested values; leave it out/,
  );
  await refused(bytesOf("binary"), /t\.parquet, column "x": .* found binary data/);
  await refused(bytesOf("empty"), /t\.parquet: expected rows, found none/);
  await refused(bytesOf("mixed").slice(0, 99), /t\.parquet: damaged Parquet file/);
});
