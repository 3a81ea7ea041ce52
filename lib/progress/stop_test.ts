import { deepEqual, equal, match } from "node:assert/strict";
import { interrupt, requestStop, resetStop, STOP_FILE, stoppable, stopRequested } from "./stop.ts";

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

Deno.test("an interrupt stops the work under way, inner and outer, and what begins later begins without it", async () => {
  const said: string[] = [];
  const seen: boolean[] = [];
  const press = () => interrupt((message) => said.push(message), () => said.push("ended"));
  await stoppable(async () => {
    await stoppable(async () => {
      press();
      await Promise.resolve();
      seen.push(stopRequested());
    });
    seen.push(stopRequested());
  });
  seen.push(stopRequested());
  await stoppable(() => Promise.resolve(seen.push(stopRequested())));
  deepEqual(seen, [true, true, false, false]);
  match(said.join(), /^Stop: the step under way ends/);
});

Deno.test("a second interrupt ends the kernel only where the first was not followed", async () => {
  const said: string[] = [];
  const press = (now: number) => interrupt(() => said.push("asked"), () => said.push("ended"), now);
  await stoppable(() => {
    [0, 500, 5000, 50_000].forEach(press);
    return Promise.resolve();
  });
  deepEqual(said, ["asked", "ended", "asked"]);
  await stoppable(() => Promise.resolve(press(52_000)));
  deepEqual(said.slice(3), ["asked"]);
});

Deno.test("an interrupt while nothing is under way does not stop what begins later", async () => {
  const said: string[] = [];
  interrupt((message) => said.push(message), () => {});
  equal(stopRequested(), true);
  equal(await stoppable(() => Promise.resolve(stopRequested())), false);
  match(said.join(), /nothing is under way/);
});
