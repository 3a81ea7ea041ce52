/** SHA-256 of large files, read in pieces. */
import { createHash } from "node:crypto";

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const chunk = new Uint8Array(1 << 20);
  for (let read; (read = await file.read(chunk)) !== null;) hash.update(chunk.subarray(0, read));
  return hash.digest("hex");
}
