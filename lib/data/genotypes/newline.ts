const NEWLINE = 0x0a;
/** The newline in each byte of 32 bits, and the lowest and highest bit of each. */
const [NEWLINES, LOWEST, HIGHEST] = [0x0a0a0a0a, 0x01010101, 0x80808080] as const;

/**
 * Where the next newline is from `start` on, -1 if there is none. As indexOf, but four bytes at a time: lines of thousands of
 * samples are mostly looked through, and typed arrays look at one byte after the other.
 *
 * @param words the bytes as numbers of 32 bits, as wordsOf gives them
 */
export function nextNewline(bytes: Uint8Array, words: Int32Array | null, start: number): number {
  if (words === null) return bytes.indexOf(NEWLINE, start);
  let at = start;
  for (; at < bytes.length && (at & 3) !== 0; at++) if (bytes[at] === NEWLINE) return at;
  let word = at >> 2;
  for (; word < words.length; word++) {
    // A byte is 0 only where subtracting 1 borrows from its highest bit, and that bit was not set before.
    const rest = words[word]! ^ NEWLINES;
    if (((rest - LOWEST) & ~rest & HIGHEST) !== 0) break;
  }
  return bytes.indexOf(NEWLINE, Math.max(at, 4 * word));
}

/** The whole numbers of 32 bits among bytes; null where memory does not let them be read as such. */
export const wordsOf = (bytes: Uint8Array): Int32Array | null =>
  bytes.byteOffset % 4 === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : null;
