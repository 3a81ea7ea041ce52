import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The first bytes of the formats that shared libraries have: ELF, Mach-O (both byte orders, fat), Windows PE. */
const ELF = 0x7f454c46;
const MAGIC = [ELF, 0xcffaedfe, 0xfeedfacf, 0xcafebabe];
const PE = 0x4d5a;

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;

/**
 * Looks whether a file can be a whole shared library. The system's loader maps the file without looking: where its
 * end is missing, as after a download that stopped, the process dies instead of getting an error.
 *
 * @throws Error that says what is wrong with the file.
 */
export function checkLibrary(path: string): void {
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const header = read(file, 0, HEADER_BYTES);
    const magic = header.byteLength < HEADER_BYTES ? 0 : header.getUint32(0);
    if (!MAGIC.includes(magic) && magic >>> 16 !== PE) {
      throw new Error("the file has no format of shared libraries");
    }
    if (magic !== ELF) return;
    const needed = elfBytes(file, header);
    if (size < needed) {
      throw new Error(`the file is not complete, expected at least ${needed} bytes and found ${size}`);
    }
  } finally {
    closeSync(file);
  }
}

/** Where the last segment and the table of sections, usually the very end, of a 64-bit ELF file end. */
function elfBytes(file: number, header: DataView<ArrayBuffer>): number {
  const little = header.getUint8(5) === 1;
  const start = Number(header.getBigUint64(32, little));
  const count = header.getUint16(56, little);
  const segments = read(file, start, count * SEGMENT_BYTES);
  const sections = header.getUint16(58, little) * header.getUint16(60, little);
  let end = Math.max(start + count * SEGMENT_BYTES, Number(header.getBigUint64(40, little)) + sections);
  for (let at = 0; at + SEGMENT_BYTES <= segments.byteLength; at += SEGMENT_BYTES) {
    const offset = segments.getBigUint64(at + 8, little);
    end = Math.max(end, Number(offset + segments.getBigUint64(at + 32, little)));
  }
  return end;
}

function read(file: number, from: number, length: number): DataView<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const count = readSync(file, bytes, 0, length, from);
  return new DataView(bytes.buffer, 0, count);
}
