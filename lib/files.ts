import { UserError } from "./errors.ts";

export const exists = (path: string): Promise<boolean> => Deno.stat(path).then(() => true, () => false);

export const reasonOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

/**
 * Writes a file whole or not at all: the content goes to a temporary file beside it, which then takes its name. Any number
 * of processes of any number of machines may write the same file: the last one stays.
 *
 * @param content a text, bytes, or parts that are written one after the other
 * @throws UserError if the folder cannot be written or the disk is full; nothing is left behind.
 */
export async function writeAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.part`;
  try {
    const whole = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(temporary, ReadableStream.from(whole instanceof Uint8Array ? [whole] : whole));
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw new UserError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
