import { UserError } from "../../errors.ts";

/** What files that are no VCF begin with. */
const KINDS: [start: string, what: string][] = [
  ["BCF", "BCF of another version than 2; `bcftools view` makes a VCF of it"],
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

export interface VcfHeader {
  samples: string[];
  /** Lengths of the chromosomes that have a `##contig` line with one. */
  contigLengths: Map<string, number>;
  /** Lines `##ALT`, which tell what symbols mean. */
  symbols: string[];
}

const FIXED = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"];

export const columnLine = (samples: readonly string[]): string => [...FIXED, ...samples].join("\t");

/** Columns before those of the samples. */
export const FIXED_COLUMNS = FIXED.length;

/** @param lines from `##fileformat` to `#CHROM` @throws UserError with the line for what is wrong */
export function parseVcfHeader(lines: readonly string[], path: string): VcfHeader {
  const place = `${path}, line ${lines.length}`;
  const columns = lines.at(-1)!.split("\t");
  const wrong = FIXED.findIndex((name, i) => columns[i] !== name);
  if (columns.length === 8 && wrong === 8) {
    throw new UserError(`${place}: expected FORMAT and samples after INFO, found none: a VCF of sites alone`);
  }
  if (wrong >= 0) {
    throw new UserError(
      `${place}: expected the columns ${FIXED.join(" ")} with tabs between them, found ` +
        `"${columns[wrong] ?? "nothing"}" where ${FIXED[wrong]} is due`,
    );
  }
  const samples = columns.slice(FIXED_COLUMNS);
  if (samples.length === 0) throw new UserError(`${place}: expected samples after FORMAT, found none`);
  const first = new Map<string, number>();
  samples.forEach((name, i) => {
    const earlier = first.get(name);
    if (name === "") throw new UserError(`${place}: sample ${i + 1} has no name`);
    if (name.includes("\ufffd")) {
      throw new UserError(
        `${place}: expected names of samples in UTF-8, found other bytes in that of sample ${i + 1} ` +
          `("${name}"); iconv -f latin1 -t utf8 may help`,
      );
    }
    if (earlier !== undefined) {
      throw new UserError(`${place}: samples ${earlier + 1} and ${i + 1} are both called "${name}"`);
    }
    first.set(name, i);
  });
  const symbols = lines.filter((line) => line.startsWith("##ALT=<"));
  return { samples, contigLengths: contigLengths(lines, place), symbols };
}

function contigLengths(lines: readonly string[], place: string): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const line of lines.slice(0, -1)) {
    if (!/^##.+?=/.test(line)) {
      throw new UserError(`${place}: this header cannot be read: Line is not a valid metadata line: ${line}`);
    }
    if (!line.startsWith("##contig=<")) continue;
    const fields = line.replaceAll(/"[^"]*"/g, "");
    const id = /[<,]\s*ID=([^,>]+)/.exec(fields)?.[1];
    const length = Number(/[<,]\s*length=(\d+)/.exec(fields)?.[1]);
    if (id !== undefined && length > 0) lengths.set(id, length);
  }
  return lengths;
}
