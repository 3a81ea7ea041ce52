import { deepEqual, equal } from "node:assert/strict";
import { namedValues } from "../../src/pjrt/named_values.ts";
import { readText } from "../../src/pjrt/struct.ts";

Deno.test("named values lie one after the other, 56 bytes each, as pjrt_c_api.h lays them out", () => {
  const array = namedValues({ allocator: "bfc", devices: -2n, memory_fraction: 0.75, preallocate: false });
  const view = new DataView(array.buffer);
  equal(array.byteLength, 4 * 56);
  const found = [0, 1, 2, 3].map((i) => {
    const at = 56 * i;
    const name = readText(view.getBigUint64(at + 16, true), view.getBigUint64(at + 24, true));
    return [
      name,
      view.getBigUint64(at, true),
      view.getBigUint64(at + 8, true),
      view.getInt32(at + 32, true),
      view.getBigUint64(at + 48, true),
    ];
  });
  deepEqual(found, [
    ["allocator", 56n, 0n, 0, 3n],
    ["devices", 56n, 0n, 1, 1n],
    ["memory_fraction", 56n, 0n, 3, 1n],
    ["preallocate", 56n, 0n, 4, 1n],
  ]);
  equal(readText(view.getBigUint64(40, true), 3n), "bfc");
  equal(view.getBigInt64(56 + 40, true), -2n);
  equal(view.getFloat32(2 * 56 + 40, true), 0.75);
  equal(view.getUint8(3 * 56 + 40), 0);
});

Deno.test("true is one byte that is 1", () => {
  equal(new DataView(namedValues({ preallocate: true }).buffer).getUint8(40), 1);
});
