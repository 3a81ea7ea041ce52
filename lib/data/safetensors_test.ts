import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

const tensors: [string, StoredTensor][] = [
  ["encoder/weight", { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 6) }],
  ["7", { dtype: "U8", shape: [3], data: Uint8Array.of(0, 1, 255) }],
  ["half", { dtype: "F16", shape: [3], data: Float16Array.of(0.5, -65504, NaN) }],
  ["step", { dtype: "I32", shape: [], data: Int32Array.of(-7) }],
  ["sums", { dtype: "F64", shape: [1, 1], data: Float64Array.of(Math.PI) }],
  ["nothing", { dtype: "F32", shape: [0, 4], data: new Float32Array(0) }],
  ["__proto__", { dtype: "U8", shape: [1], data: Uint8Array.of(9) }],
];

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

/** A file from a header (object or text) and a number of data bytes. */
async function fileOf(folder: string, header: unknown, dataBytes: number, length?: bigint): Promise<string> {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  await Deno.writeFile(`${folder}/x.safetensors`, bytes);
  return `${folder}/x.safetensors`;
}

Deno.test("safetensors come back as they were written, bit by bit, in order, with metadata", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.safetensors`;
    await writeSafetensors(path, tensors, { step: "12", "größe": 'ü\n"' });
    const back = await readSafetensors(path);
    assert.deepEqual([...back.tensors], tensors);
    assert.deepEqual({ ...back.metadata }, { step: "12", "größe": 'ü\n"' });
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["a.safetensors"]);
  }));

Deno.test("a safetensors file keeps a view's own part of a larger buffer", () =>
  inFolder(async (folder) => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    await writeSafetensors(`${folder}/a`, [["part", { dtype: "F32", shape: [2], data }]]);
    assert.deepEqual((await readSafetensors(`${folder}/a`)).tensors.get("part")?.data, Float32Array.of(2, 3));
  }));

Deno.test("cutting a safetensors file anywhere is noticed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.safetensors`;
    await writeSafetensors(path, tensors, { a: "b" });
    const bytes = await Deno.readFile(path);
    for (let length = 0; length < bytes.length; length++) {
      await Deno.writeFile(path, bytes.subarray(0, length));
      await assert.rejects(readSafetensors(path), UserError, `${length} bytes`);
    }
  }));

const f32 = (begin: number, end: number) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

Deno.test("a wrong safetensors file is refused with its name and the reason", () =>
  inFolder(async (folder) => {
    const cases: [unknown, number, RegExp, bigint?][] = [
      ["{", 0, /x\.safetensors: .*not valid JSON/],
      ["[]", 0, /not a JSON object/],
      ["\u{1F600}", 0, /not UTF-8/, 3n],
      [{}, 0, /header would take 18446744073709551615 bytes/, 0xffffffffffffffffn],
      [{ a: 3 }, 0, /tensor "a": expected an object/],
      [
        { a: { ...f32(0, 4), dtype: "BF16" } },
        4,
        /tensor "a": expected dtype F64, F32, F16, I32, U8, found "BF16"/,
      ],
      [{ a: { ...f32(0, 4), dtype: "toString" } }, 4, /expected dtype/],
      [{ a: { ...f32(0, 4), shape: [-1] } }, 4, /expected a shape of whole numbers, found \[-1\]/],
      [{ a: { ...f32(0, 4), shape: [2] } }, 4, /F32 \[2\] takes 8 bytes, but its data_offsets hold 4/],
      [{ a: { ...f32(0, 4), data_offsets: [0] } }, 4, /expected data_offsets/],
      [{ a: f32(0, 8), b: f32(4, 12) }, 12, /tensor "b" begins at data byte 4, inside another/],
      [{ a: f32(0, 4), b: f32(8, 12) }, 12, /tensor "b" .* leaving a gap after 4/],
      [{ a: f32(0, 8) }, 4, /tensor "a" ends at data byte 8, but the file has 4/],
      [{ a: f32(0, 4) }, 5, /expected 4 bytes of tensor data, found 5/],
      [{ __metadata__: { a: 1 } }, 0, /expected __metadata__ to map names to texts/],
      [
        `{"a":${JSON.stringify(f32(0, 4))},"\\u0061":${JSON.stringify(f32(0, 4))}}`,
        4,
        /two tensors are called "a"/,
      ],
    ];
    for (const [header, dataBytes, message, length] of cases) {
      const path = await fileOf(folder, header, dataBytes, length);
      await assert.rejects(readSafetensors(path), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(path));
        return true;
      });
    }
    await assert.rejects(readSafetensors(`${folder}/none`), /none: no such safetensors file/);
    await assert.rejects(readSafetensors(folder), /found a folder/);
  }));

Deno.test("writing refuses data that do not fit their shape and leaves no file", () =>
  inFolder(async (folder) => {
    const wrong: StoredTensor = { dtype: "F32", shape: [3], data: new Float32Array(2) };
    await assert.rejects(
      writeSafetensors(`${folder}/a`, [["w", wrong]]),
      /shape \[3\] has 3 elements, data 2/,
    );
    await assert.rejects(
      writeSafetensors(`${folder}/a`, [["__metadata__", { ...wrong, shape: [2] }]]),
      /cannot name/,
    );
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));
