/** What files that are no VCF begin with. */
const KINDS: [start: string, what: string][] = [
  ["BCF", "BCF, the binary form; `bcftools view` makes a VCF of it"],
  ["PK", "a zip archive; unpack it first"],
  ["\xfd7zXZ", "an xz archive; unpack it first"],
  ["BZh", "a bzip2 archive; unpack it first"],
  ["<", "a web page or XML; a download may have failed"],
];

/** The message about a line that is no header where one is due. */
export function startProblem(path: string, line: number, bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 60));
  const kind = line === 1 ? KINDS.find(([start]) => text.startsWith(start))?.[1] : undefined;
  // deno-lint-ignore no-control-regex
  const found = kind ?? (/[\0-\x08\x0e-\x1f]/.test(text) ? "binary data" : `"${text}"`);
  const due = line === 1 ? "##fileformat=VCF" : "#CHROM before the first record";
  const name = line === 1 && path.endsWith("gz") ? " (plain, or gzip by its content)" : "";
  return `${path}, line ${line}: expected a VCF with a line ${due}${name}, found ${found}`;
}
