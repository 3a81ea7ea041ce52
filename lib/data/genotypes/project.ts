import checksums from "../../../data/genotypes/checksums.json" with { type: "json" };
import classical from "../../../data/genotypes/classical.json" with { type: "json" };
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.ts";
import { readBytes, sha256 } from "../read.ts";
import { parseCsv } from "../csv.ts";

const FOLDER = fileURLToPath(new URL("../../../data/genotypes", import.meta.url));

const FILES = {
  reference: "reference.vcf.gz",
  scaffold: "scaffold.vcf.gz",
  truth: "truth.vcf.gz",
  map: "chr20.b37.gmap.gz",
} as const;

/** Files whose content was found to be right; they are not read again for that. */
const verified = new Set<string>();

/**
 * The path of a genotype file of this workspace, which data/genotypes/README.md describes: 300 phased samples ("reference"),
 * array genotypes of 101 others ("scaffold"), all genotypes of those ("truth") and the genetic map.
 *
 * @throws UserError if the file is absent or changed.
 */
export const genotypePath = (
  name: keyof typeof FILES,
  { folder = FOLDER } = {},
): Promise<string> => checkedPath(folder, FILES[name]);

async function checkedPath(folder: string, file: keyof typeof checksums): Promise<string> {
  const path = `${folder}/${file}`;
  if (verified.has(path)) return path;
  const found = sha256(await readBytes(path, "genotype"));
  const expected = checksums[file].sha256;
  if (found !== expected) throw new UserError(`${path}: expected SHA-256 ${expected}, found ${found}`);
  verified.add(path);
  return path;
}

/** Names of the samples of each part. */
export interface SampleSplit {
  train: readonly string[];
  val: readonly string[];
  test: readonly string[];
}

/** The samples of B1. @throws UserError as genotypePath */
export async function b1Samples({ folder = FOLDER } = {}): Promise<SampleSplit> {
  const names = async (part: keyof SampleSplit) => {
    const path = await checkedPath(folder, `b1_${part}.csv`);
    return parseCsv(await readBytes(path, "sample"), path, { header: true }).cells[0]!;
  };
  return { train: await names("train"), val: await names("val"), test: await names("test") };
}

/**
 * Measured figures of classical methods and Beagle, and what B1 and B2 consist of. `methods` by key; of each figure
 * `model` is such a key, `bins` are R² by MAF bin, counting minor alleles, `error` is the standard error over test
 * samples and `deviation` that over windows.
 */
type GenotypeFigures = Omit<typeof classical, "methods"> & {
  methods: Record<string, { name: string; library: string; settings: string; chosen?: string[] }>;
};
/** R² of a method in the five windows. */
export type WindowFigure = GenotypeFigures["figures"][number];

/** The figures of data/genotypes/classical.json; `notes` there tell what they are. */
export const genotypeFigures = (): GenotypeFigures => classical as GenotypeFigures;
