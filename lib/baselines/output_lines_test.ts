import { deepEqual } from "node:assert/strict";
import { outputLines } from "../setup/command.ts";

Deno.test("lines come whole, however the output is cut in pieces; the last one needs no end", async () => {
  const bytes = new TextEncoder().encode("one\r\ntwö\n\nbar 1\rbar 2\rlast");
  for (const size of [1, 2, 7, 100]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    const lines = await Array.fromAsync(outputLines(ReadableStream.from(pieces)));
    deepEqual(lines, ["one", "twö", "bar 1", "bar 2", "last"]);
  }
});
