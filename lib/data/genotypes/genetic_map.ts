import { UserError } from "../../errors.ts";
import { writeAtomic } from "../../files.ts";
import { firstAtLeast, sameContig } from "./genotypes.ts";
import { eachLine } from "./lines.ts";

export interface GeneticMap {
  /** Where the distances are from, for reports. */
  source: string;
  /** Centimorgans at a position, from the same origin for all. */
  centimorgans(position: number): number;
  /** Positions of its rows, increasing; absent for a rule that holds anywhere. */
  positions?: number[];
}

/** Without a map: one centimorgan in a million positions. */
export const physicalMap: GeneticMap = {
  source: "1 cM per Mb",
  centimorgans: (position) => position * CM_A_BASE,
};

const CM_A_BASE = 1e-6;
/** What a row has, by the form of the file. */
const FORMS = {
  plink: ["chromosome", "ID", "cM", "position"],
  three: ["pos", "chr", "cM"],
  impute: ["position", "cM per Mb", "cM"],
  hapmap: ["chromosome", "position", "cM per Mb", "cM"],
} as const;

/** Which columns are the chromosome, if there is one, the position and the centimorgans. */
const PLACES: Record<keyof typeof FORMS, [contig: number, position: number, distance: number]> = {
  plink: [0, 3, 2],
  three: [1, 0, 2],
  impute: [-1, 0, 2],
  hapmap: [0, 1, 3],
};

interface MapRows {
  /** Increasing. */
  positions: number[];
  /** Centimorgans, not decreasing. */
  distances: number[];
}

/**
 * Reads a genetic map, plain or gzip: PLINK's four columns (chromosome, ID, cM, position), three with the header
 * `pos chr cM`, three with IMPUTE's or SHAPEIT's (position, rate, cM; of one chromosome), or four with HapMap's (chromosome,
 * position, rate, cM). Between its positions distances are interpolated, outside they go on at the mean rate of the map.
 *
 * @param contig reads this chromosome alone, with or without `chr`
 * @throws UserError with the line for other columns, cells that are no numbers, positions that do not increase and
 *   centimorgans that decrease; if there are fewer than two rows, or all are at one genetic place.
 */
export async function readGeneticMap(path: string, contig: string): Promise<GeneticMap> {
  return mapOf(path, await readRows(path, contig));
}

/** Writes a genetic map in PLINK's columns, as Beagle wants it; undefined for a rule without rows. */
export async function plinkMap(
  { positions, centimorgans }: GeneticMap,
  out: string,
  contig: string,
): Promise<string | undefined> {
  if (!positions) return undefined;
  await writeAtomic(out, positions.map((at) => `${contig} . ${centimorgans(at)} ${at}\n`).join(""));
  return out;
}

async function readRows(path: string, contig: string): Promise<MapRows> {
  const positions: number[] = [];
  const distances: number[] = [];
  const others = new Set<string>();
  let form: keyof typeof FORMS | undefined;
  await eachLine(path, "genetic map", (bytes, start, end, line) => {
    const cells = new TextDecoder().decode(bytes.subarray(start, end)).trim().split(/\s+/);
    const place = `${path}, line ${line}`;
    if (cells[0] === "") return true;
    if (!form) {
      form = formOf(cells);
      if (form !== "plink") return true;
    }
    const expected = FORMS[form];
    if (cells.length !== expected.length) {
      throw new UserError(
        `${place}: expected ${expected.length} columns (${expected.join(" ")}), found ${cells.length}`,
      );
    }
    const [chromosome, ...numbers] = PLACES[form];
    const name = cells[chromosome] ?? contig;
    const [position, distance] = numbers.map((column) => Number(cells[column])) as [number, number];
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
  if (positions.length === 1) {
    throw new UserError(
      `${path}: expected at least two rows of chromosome ${contig}, found one, position ${positions[0]}: ` +
        "no distance can be read of it; without --map it is 1 cM per Mb",
    );
  }
  if (distances[0] === distances.at(-1)) {
    throw new UserError(
      `${path}: expected genetic distances, found ${distances[0]} cM at all ${positions.length} positions ` +
        `of chromosome ${contig}: positions of one genetic place; without --map it is 1 cM per Mb`,
    );
  }
  return { positions, distances };
}

/** The form of a file by its first row. */
function formOf(cells: string[]): keyof typeof FORMS {
  if (cells.length === 3 && FORMS.three.every((name, i) => cells[i] === name)) return "three";
  if (cells.length === 3 && /^p{1,2}os/i.test(cells[0]!) && /map|cM|gpos/i.test(cells[2]!)) return "impute";
  const isHeader = cells.length === 4 && /^pos/i.test(cells[1]!) && /map|cM/i.test(cells[3]!);
  return isHeader ? "hapmap" : "plink";
}

/** Rates in cM per Mb beyond which a map of a region is doubted: those of man are about 1. */
const [LEAST_RATE, MOST_RATE] = [0.01, 100];

/** What is doubtful about a map for the positions `first` to `last`, in words. */
export function mapWarnings(map: GeneticMap, first: number, last: number): string[] {
  const { positions, source } = map;
  if (!positions) return [];
  const rows = { first: positions[0]!, last: positions.at(-1)! };
  const found =
    `warning: ${source}: the map has positions ${rows.first} to ${rows.last}, the data ${first} to ${last}`;
  const covered = Math.min(last, rows.last) - Math.max(first, rows.first);
  const warnings: string[] = [];
  if (covered < 0) {
    warnings.push(
      `${found}: no row is among them, so that the map's mean rate is taken; is it of another region or build?`,
    );
  } else if (covered < (last - first) / 2) {
    warnings.push(`${found}: it covers less than half of them; beyond its ends its mean rate is taken`);
  }
  const rate = (map.centimorgans(last) - map.centimorgans(first)) / Math.max(1, last - first) * 1e6;
  if (last > first && !(rate >= LEAST_RATE && rate <= MOST_RATE)) {
    warnings.push(
      `warning: ${source}: ${Number(rate.toPrecision(3))} cM per Mb from ${first} to ${last}, ` +
        "where about 1 is usual: is the column of cM right?",
    );
  }
  return warnings;
}

function mapOf(source: string, { positions, distances }: MapRows): GeneticMap {
  const last = positions.length - 1;
  const rate = (distances[last]! - distances[0]!) / (positions[last]! - positions[0]!);
  return {
    source,
    positions,
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
