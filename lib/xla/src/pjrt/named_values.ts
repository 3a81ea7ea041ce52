import { VALUE_TYPE } from "./layout.ts";
import { fieldList, utf8, words } from "./struct.ts";

/** A value that a plugin is given by name: text, an int64 (bigint), a float (number) or a bool. */
export type NamedValue = string | bigint | number | boolean;

const floatBits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;

/**
 * An array of PJRT_NamedValue. The value is in the first bytes of a union of 8; a text is pointed at. Its size is the
 * length of a text, else 1.
 */
export function namedValues(values: Readonly<Record<string, NamedValue>>): BigUint64Array<ArrayBuffer> {
  return words(
    Object.entries(values).flatMap(([name, value]) => {
      const text = utf8(name);
      const type = VALUE_TYPE[typeof value as keyof typeof VALUE_TYPE];
      const bytes = typeof value === "string" ? utf8(value) : undefined;
      return fieldList("NamedValue", {
        name: text,
        name_size: text.length,
        type,
        value: bytes ?? (typeof value === "number" ? floatBits(value) : BigInt.asUintN(64, BigInt(value))),
        value_size: bytes?.length ?? 1,
      });
    }),
  );
}
