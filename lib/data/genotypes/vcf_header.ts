import { UserError } from "../../errors.ts";

/** What the lines above the records say. */
export interface VcfHeader {
  samples: string[];
  /** Lengths of the chromosomes that have a `##contig` line with one. */
  contigLengths: Map<string, number>;
}

const FIXED = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"];

/**
 * Reads the header of a VCF.
 *
 * @param lines from `##fileformat` to `#CHROM`
 * @throws UserError with the line for other columns, no samples, an empty name, and a sample that is there twice.
 */
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
  const samples = columns.slice(FIXED.length);
  if (samples.length === 0) throw new UserError(`${place}: expected samples after FORMAT, found none`);
  const first = new Map<string, number>();
  samples.forEach((name, i) => {
    const earlier = first.get(name);
    if (name === "") throw new UserError(`${place}: sample ${i + 1} has no name`);
    if (earlier !== undefined) {
      throw new UserError(`${place}: samples ${earlier + 1} and ${i + 1} are both called "${name}"`);
    }
    first.set(name, i);
  });
  return { samples, contigLengths: contigLengths(lines, place) };
}

function contigLengths(lines: readonly string[], place: string): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const line of lines.slice(0, -1)) {
    if (!/^##.+?=/.test(line)) {
      throw new UserError(
        `${place}: this header cannot be read: Line is not a valid metadata line: ${line}`,
      );
    }
    if (!line.startsWith("##contig=<")) continue;
    const id = /[<,]\s*ID=([^,>]+)/.exec(line)?.[1];
    const length = Number(/[<,]\s*length=(\d+)/.exec(line)?.[1]);
    if (id !== undefined && length > 0) lengths.set(id, length);
  }
  return lengths;
}
