import { UserError } from "../errors.ts";
import { progress } from "../progress/mod.ts";
import type { KnownFile } from "./download.ts";

const MB = 1e6;

/**
 * Fetches what a partial file lacks, from its end on.
 *
 * @param part grows as bytes come, and stays when they stop
 * @param instead what the user can do otherwise, for messages
 * @throws UserError without network, for another answer than the file, and for one that ends early.
 */
export async function receive(known: KnownFile, part: string, instead: string): Promise<void> {
  const { address, bytes, file } = known;
  using output = await Deno.open(part, { create: true, write: true, read: true });
  let have = await output.seek(0, Deno.SeekMode.End);
  if (bytes !== null && have === bytes) return;
  if (bytes !== null && have > bytes) have = 0;
  const answer = await ask(known, have, instead);
  // A server that knows nothing of ranges sends the whole file.
  if (answer.status !== 206) have = 0;
  await output.truncate(have);
  await output.seek(have, Deno.SeekMode.Start);
  const length = answer.headers.get("content-length");
  const total = bytes ?? (length === null ? null : have + Number(length));
  const bar = progress(Math.max(1, Math.round((total ?? have) / MB)), { label: `downloading ${file}, MB` });
  let reason = "";
  try {
    for await (const piece of answer.body ?? []) {
      for (let at = 0; at < piece.length;) at += await output.write(piece.subarray(at));
      have += piece.length;
      bar.update(Math.round(have / MB));
    }
  } catch (error) {
    reason = ` (${(error as Error).message})`;
  } finally {
    await bar.done();
  }
  if (reason || (total !== null && have < total)) {
    const expected = total === null ? "more" : `${total} bytes`;
    throw new UserError(
      `${address}: expected ${expected}, found ${have}: the download ended early${reason}; what came is kept, and the ` +
        "same call goes on from there",
    );
  }
}

async function ask(known: KnownFile, have: number, instead: string): Promise<Response> {
  const { address, file } = known;
  let answer: Response;
  try {
    answer = await fetch(address, { headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  } catch (error) {
    throw new UserError(
      `${address}: no connection, so that ${file} (${known.what}) cannot be downloaded (${
        (error as Error).message
      }); ${instead}`,
    );
  }
  const isPage = answer.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (answer.status === 416) {
    // What is kept is not a beginning of what the server has.
    await answer.body?.cancel();
    return await ask(known, 0, instead);
  }
  if (answer.ok && !isPage) return answer;
  await answer.body?.cancel();
  const found = answer.ok ? "a web page" : `HTTP status ${answer.status}`;
  throw new UserError(
    `${address}: expected ${file} (${known.what}), found ${found} at ${answer.url}: the address may have moved; ${instead}`,
  );
}
