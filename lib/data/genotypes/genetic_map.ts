import { UserError } from "../../errors.ts";
import { writeAtomic } from "../../files.ts";
import { firstAtLeast, sameContig } from "./genotypes.ts";
import { eachLine } from "./lines.ts";

/** Genetic distances along a chromosome. */
export interface GeneticMap {
  /** Where the distances are from, for reports. */
  source: string;
  /** Centimorgans at a position, from the same origin for all. */
  centimorgans(position: number): number;
}

/** Without a map: one centimorgan in a million positions. */
export const physicalMap: GeneticMap = {
  source: "1 cM per Mb",
  centimorgans: (position) => position * CM_A_BASE,
};

const CM_A_BASE = 1e-6;
const HEADER = ["pos", "chr", "cM"];

interface MapRows {
  /** Increasing. */
  positions: number[];
  /** Centimorgans, not decreasing. */
  distances: number[];
}

/**
 * Reads a genetic map, plain or gzip: PLINK's four columns (chromosome, ID, cM, position), or three with the header
 * `pos chr cM`. Between its positions distances are interpolated, outside they go on at the mean rate of the map.
 *
 * @param contig reads this chromosome alone, with or without `chr`
 * @throws UserError with the line for other columns, cells that are no numbers, positions that do not increase and
 *   centimorgans that decrease; if there is no row.
 */
export async function readGeneticMap(path: string, contig: string): Promise<GeneticMap> {
  return mapOf(path, await readRows(path, contig));
}

/**
 * Writes a genetic map in PLINK's columns, as Beagle wants them, with the chromosome's name in the VCF files.
 *
 * @returns the path written to
 * @throws UserError as readGeneticMap
 */
export async function plinkMap(path: string, out: string, contig: string): Promise<string> {
  const { positions, distances } = await readRows(path, contig);
  await writeAtomic(out, positions.map((at, i) => `${contig} . ${distances[i]} ${at}\n`).join(""));
  return out;
}

async function readRows(path: string, contig: string): Promise<MapRows> {
  const positions: number[] = [];
  const distances: number[] = [];
  const others = new Set<string>();
  let form: "plink" | "three" | undefined;
  await eachLine(path, "genetic map", (bytes, start, end, line) => {
    const cells = new TextDecoder().decode(bytes.subarray(start, end)).trim().split(/\s+/);
    const place = `${path}, line ${line}`;
    if (cells[0] === "") return true;
    if (!form) {
      form = HEADER.every((name, i) => cells[i] === name) && cells.length === 3 ? "three" : "plink";
      if (form === "three") return true;
    }
    const expected = form === "three" ? HEADER : ["chromosome", "ID", "cM", "position"];
    if (cells.length !== expected.length) {
      throw new UserError(
        `${place}: expected ${expected.length} columns (${expected.join(" ")}), found ${cells.length}`,
      );
    }
    const [name, position, distance] = form === "three"
      ? [cells[1]!, Number(cells[0]), Number(cells[2])]
      : [cells[0]!, Number(cells[3]), Number(cells[2])];
    if (!Number.isInteger(position) || position < 0 || !Number.isFinite(distance)) {
      throw new UserError(`${place}: expected ${expected.join(" ")}, found "${cells.join(" ")}"`);
    }
    if (!sameContig(name, contig)) return Boolean(others.add(name));
    const last = positions.length - 1;
    if (last >= 0 && position <= positions[last]!) {
      throw new UserError(`${place}: expected a position above ${positions[last]}, found ${position}`);
    }
    if (last >= 0 && distance < distances[last]!) {
      throw new UserError(`${place}: expected at least ${distances[last]} cM, found ${distance}`);
    }
    positions.push(position);
    distances.push(distance);
    return true;
  });
  if (positions.length === 0) {
    const held = others.size > 0 ? `; it has ${[...others].join(", ")}` : "";
    throw new UserError(`${path}: expected rows of a genetic map of chromosome ${contig}, found none${held}`);
  }
  return { positions, distances };
}

function mapOf(source: string, { positions, distances }: MapRows): GeneticMap {
  const last = positions.length - 1;
  const length = positions[last]! - positions[0]!;
  const rate = length > 0 ? (distances[last]! - distances[0]!) / length : CM_A_BASE;
  return {
    source,
    centimorgans(position) {
      if (position <= positions[0]!) return distances[0]! - (positions[0]! - position) * rate;
      if (position >= positions[last]!) return distances[last]! + (position - positions[last]!) * rate;
      const high = firstAtLeast(positions, position + 1);
      const low = high - 1;
      const part = (position - positions[low]!) / (positions[high]! - positions[low]!);
      return distances[low]! + part * (distances[high]! - distances[low]!);
    },
  };
}
