import { equal } from "node:assert/strict";
import { requestStop, resetStop, STOP_FILE, stopRequested } from "./stop.ts";

async function withStopFile(work: (path: string) => void | Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  const before = Deno.env.get(STOP_FILE);
  Deno.env.set(STOP_FILE, path);
  resetStop();
  try {
    await work(path);
  } finally {
    if (before === undefined) Deno.env.delete(STOP_FILE);
    else Deno.env.set(STOP_FILE, before);
    resetStop();
    await Deno.remove(path).catch(() => {});
  }
}

Deno.test("a request from within is seen until it is taken back", () => {
  resetStop();
  equal(stopRequested(), false);
  requestStop();
  equal(stopRequested(), true);
  resetStop();
  equal(stopRequested(), false);
});

Deno.test("a file just touched is a request", async () => {
  await withStopFile(() => equal(stopRequested(), true));
});

Deno.test("a file left over from an earlier stop is not", async () => {
  await withStopFile(async (path) => {
    const old = new Date(Date.now() - 60_000);
    await Deno.utime(path, old, old);
    equal(stopRequested(), false);
  });
});

Deno.test("no file is no request", async () => {
  await withStopFile(async (path) => {
    await Deno.remove(path);
    equal(stopRequested(), false);
  });
});
