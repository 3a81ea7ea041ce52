import { utf8, words } from "./struct.ts";

/** A value that a plugin is given by name: text, an int64 (bigint), a float (number) or a bool. */
export type NamedValue = string | bigint | number | boolean;

/** sizeof(PJRT_NamedValue). */
const BYTES = 56;

/** Values of the enumeration PJRT_NamedValue_Type. */
const TYPE = { string: 0, bigint: 1, number: 3, boolean: 4 } as const;

const floatBits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;

/**
 * An array of PJRT_NamedValue. Each has its size, no extension, the name and its length, the type, the value (in the
 * first bytes of a union of 8; text is pointed at) and the value's size: the length of a text, else 1.
 */
export function namedValues(values: Readonly<Record<string, NamedValue>>): BigUint64Array<ArrayBuffer> {
  return words(
    Object.entries(values).flatMap(([name, value]) => {
      const text = utf8(name);
      const head = [BYTES, 0, text, text.length, TYPE[typeof value as keyof typeof TYPE]];
      if (typeof value === "string") {
        const bytes = utf8(value);
        return [...head, bytes, bytes.length];
      }
      if (typeof value === "number") return [...head, floatBits(value), 1];
      return [...head, BigInt.asUintN(64, BigInt(value)), 1];
    }),
  );
}
