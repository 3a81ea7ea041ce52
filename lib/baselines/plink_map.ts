import { eachLine } from "../data/genotypes/lines.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";

const HEADER = ["pos", "chr", "cM"];

/**
 * Writes a genetic map with the columns `pos chr cM`, plain or gzip, in PLINK's columns, as Beagle wants them: chromosome,
 * ID, centimorgans, position.
 *
 * @param contig the chromosome's name in the VCF files, if the map has another one (`chr20` for `20`)
 * @returns the path written to
 * @throws UserError with the line for another header, other columns or cells that are no numbers; for an empty map
 */
export async function plinkMap(gmap: string, out: string, contig?: string): Promise<string> {
  const rows: string[] = [];
  await eachLine(gmap, "genetic map", (bytes, start, end, line) => {
    const cells = new TextDecoder().decode(bytes.subarray(start, end)).trim().split(/\s+/);
    if (line === 1) {
      if (HEADER.every((name, i) => cells[i] === name)) return true;
      throw new UserError(`${gmap}, line 1: expected the header "pos chr cM", found "${cells.join(" ")}"`);
    }
    if (cells[0] === "") return true;
    const [position, chromosome, distance] = cells;
    if (cells.length !== 3 || !/^\d+$/.test(position!) || !Number.isFinite(Number(distance))) {
      throw new UserError(`${gmap}, line ${line}: expected pos chr cM, found "${cells.join(" ")}"`);
    }
    rows.push(`${contig ?? chromosome} . ${distance} ${position}\n`);
    return true;
  });
  if (rows.length === 0) throw new UserError(`${gmap}: expected rows of a genetic map, found none`);
  await writeAtomic(out, rows.join(""));
  return out;
}
