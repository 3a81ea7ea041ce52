import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { fetchFile, type KnownFile, partOf } from "./download.ts";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

/** Runs with a server of its own and an empty folder; `handler` answers every request. */
async function withServer(
  handler: (request: Request) => Response,
  run: (known: KnownFile, folder: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const folder = await Deno.makeTempDir();
  try {
    const address = `http://127.0.0.1:${server.addr.port}/a/numbers.bin`;
    const known = {
      what: "some numbers",
      address,
      file: "numbers.bin",
      bytes: CONTENT.length,
      sha256: SHA256,
    };
    await run(known, folder);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

const refuses = (work: Promise<unknown>, ...parts: (string | RegExp)[]) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    for (const part of parts) {
      assert.ok(
        typeof part === "string" ? error.message.includes(part) : part.test(error.message),
        error.message,
      );
    }
    return true;
  });

/** Answers ranges as servers of files do. */
function serveRange(request: Request, asked: (string | null)[]): Response {
  const range = request.headers.get("range");
  asked.push(range);
  if (range === null) return new Response(CONTENT);
  const from = Number(/^bytes=(\d+)-$/.exec(range)![1]);
  if (from >= CONTENT.length) return new Response(null, { status: 416 });
  return new Response(CONTENT.subarray(from), { status: 206 });
}

Deno.test("a file is fetched once, verified, and found again", async () => {
  const asked: (string | null)[] = [];
  await withServer((request) => serveRange(request, asked), async (known, folder) => {
    const path = await fetchFile(known, folder);
    assert.deepEqual(await Deno.readFile(path), CONTENT);
    assert.equal(await fetchFile(known, folder), path);
    assert.equal(await fetchFile({ ...known, bytes: null }, folder), path);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["numbers.bin"]);
  });
  assert.deepEqual(asked, [null]);
});

Deno.test("what a broken download left is the start of the next one", async () => {
  const asked: (string | null)[] = [];
  await withServer((request) => serveRange(request, asked), async (known, folder) => {
    const part = partOf(join(folder, known.file));
    await Deno.writeFile(part, CONTENT.subarray(0, 100_000));
    assert.deepEqual(await Deno.readFile(await fetchFile(known, folder)), CONTENT);
    assert.deepEqual(asked, ["bytes=100000-"]);
    for (const bytes of [CONTENT.length, null]) {
      await Deno.rename(join(folder, known.file), part);
      await fetchFile({ ...known, bytes }, folder);
    }
  });
  assert.deepEqual(asked, ["bytes=100000-", "bytes=300000-", null]);
});

Deno.test("a server without ranges sends the whole file", async () => {
  await withServer(() => new Response(CONTENT), async (known, folder) => {
    await Deno.writeFile(partOf(join(folder, known.file)), CONTENT.subarray(0, 5));
    assert.deepEqual(await Deno.readFile(await fetchFile(known, folder)), CONTENT);
  });
});

Deno.test("another content is refused with both checksums and not kept", async () => {
  const changed = CONTENT.with(7, 0);
  await withServer(() => new Response(changed), async (known, folder) => {
    await refuses(
      fetchFile(known, folder),
      `expected numbers.bin with SHA-256 ${SHA256}`,
      /found [0-9a-f]{64}/,
    );
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await Deno.writeFile(join(folder, known.file), changed);
    await refuses(fetchFile(known, folder), SHA256, "remove it to download it again");
    await Deno.writeFile(join(folder, known.file), CONTENT.subarray(9));
    await refuses(fetchFile(known, folder), "expected 300000 bytes", "found 299991");
  });
});

Deno.test("a download that ends early tells its bytes and is kept", async () => {
  await withServer(() => new Response(CONTENT.subarray(0, 1234)), async (known, folder) => {
    await refuses(fetchFile(known, folder), "expected 300000 bytes, found 1234", "goes on from there");
    assert.equal((await Deno.stat(partOf(join(folder, known.file)))).size, 1234);
  });
});

Deno.test("an address that has moved is told with its status, where it led, and what to do", async () => {
  const moved = (request: Request) =>
    request.url.endsWith("/gone")
      ? new Response("no", { status: 404 })
      : new Response(null, { status: 302, headers: { location: "/gone" } });
  await withServer(moved, async (known, folder) => {
    await refuses(fetchFile(known, folder), "HTTP status 404", "/gone", join(folder, known.file));
  });
  const page = () => new Response("<html>", { headers: { "content-type": "text/html; charset=utf-8" } });
  await withServer(page, (known, folder) => refuses(fetchFile(known, folder), "found a web page"));
});

Deno.test("without network it says which file to get from where and where to put it", async () => {
  await withServer(() => new Response(), async (known, folder) => {
    const address = "http://127.0.0.1:1/numbers.bin";
    await refuses(
      fetchFile({ ...known, address }, folder),
      "no connection",
      `get numbers.bin from ${address} and put it at ${join(folder, "numbers.bin")}`,
    );
  });
});
