/** What a plugin made for tests claims to be. */
export interface FakePlugin {
  /** Of the API. */
  version: readonly [major: number, minor: number];
  /** Bytes of its table of functions, whose entries are all null; undefined: it gives no table at all. */
  size?: number;
}

/** Where things stand, in the file as in memory. The second half may be written to. */
const AT = { hash: 0x200, symbols: 0x240, names: 0x280, code: 0x300, dynamic: 0x10000, table: 0x10100 };
const END = 0x11000;

const NAMES = "\0GetPjrtApi\0";

/** The code of a function that returns an address relative to itself, or null: lea and ret, adr and ret. */
const CODE: Partial<Record<typeof Deno.build.arch, (distance: number | undefined) => number[]>> = {
  x86_64: (distance) =>
    distance === undefined
      ? [0xc3c031]
      : [0x058d48 + (((distance - 7) & 0xff) << 24), (distance - 7) >>> 8 | 0xc3000000],
  aarch64: (
    distance,
  ) => [distance === undefined ? 0xd2800000 : 0x10000000 + ((distance >> 2) << 5), 0xd65f03c0],
};

/** Whether such files can be made for this machine. */
export const canFake: boolean = Deno.build.os === "linux" && CODE[Deno.build.arch] !== undefined;

/** The bytes of a shared library of Linux that exports GetPjrtApi and nothing else. */
export function fakePlugin({ version, size }: FakePlugin): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(END);
  const view = new DataView(bytes.buffer);
  const put32 = (at: number, ...values: number[]) =>
    values.forEach((v, i) => view.setUint32(at + 4 * i, v, true));
  const put64 = (at: number, ...values: number[]) =>
    values.forEach((v, i) => view.setBigUint64(at + 8 * i, BigInt(v), true));

  // The header: ELF, 64 bits, little-endian; a shared library; four segments behind it.
  put32(0, 0x464c457f, 0x00010102);
  put32(16, 3 + (Deno.build.arch === "aarch64" ? 183 : 62) * 0x10000, 1);
  put64(24, 0, 64, 0);
  put32(48, 0, 64 + 56 * 0x10000, 4 + 64 * 0x10000, 0);
  const segment = (i: number, type: number, flags: number, from: number, to: number, alignment: number) => {
    put32(64 + 56 * i, type, flags);
    put64(64 + 56 * i + 8, from, from, from, to - from, to - from, alignment);
  };
  const [LOAD, DYNAMIC, STACK] = [1, 2, 0x6474e551];
  const [READ, WRITE, EXECUTE] = [4, 2, 1];
  segment(0, LOAD, READ + EXECUTE, 0, AT.dynamic, 0x10000);
  segment(1, LOAD, READ + WRITE, AT.dynamic, END, 0x10000);
  segment(2, DYNAMIC, READ + WRITE, AT.dynamic, AT.dynamic + 96, 8);
  segment(3, STACK, READ + WRITE, 0, 0, 16);

  // One bucket with one symbol: a global function.
  put32(AT.hash, 1, 2, 1, 0, 0);
  put32(AT.symbols + 24, 1, 0x00010012);
  put64(AT.symbols + 32, AT.code, 16);
  bytes.set(new TextEncoder().encode(NAMES), AT.names);
  const [HASH, STRTAB, SYMTAB, STRSZ, SYMENT] = [4, 5, 6, 10, 11];
  put64(AT.dynamic, HASH, AT.hash, STRTAB, AT.names, SYMTAB, AT.symbols, STRSZ, NAMES.length, SYMENT, 24);

  put32(AT.code, ...CODE[Deno.build.arch]!(size === undefined ? undefined : AT.table - AT.code));
  put64(AT.table, size ?? 0, 0, 24, 0);
  put32(AT.table + 32, ...version);
  return bytes;
}
