import { fileURLToPath } from "node:url";
import checksums from "../../../data/genotypes/checksums.json" with { type: "json" };
import classical from "../../../data/genotypes/classical.json" with { type: "json" };
import { UserError } from "../../errors.ts";
import { parseCsv } from "../csv.ts";
import { readBytes, sha256 } from "../read.ts";

const FOLDER = fileURLToPath(new URL("../../../data/genotypes", import.meta.url));

const FILES = {
  reference: "reference.vcf.gz",
  scaffold: "scaffold.vcf.gz",
  truth: "truth.vcf.gz",
  map: "chr20.b37.gmap.gz",
} as const;

export interface GenotypeFolder {
  /** The folder with the files; default data/genotypes of this workspace. */
  folder?: string;
}

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
  { folder = FOLDER }: GenotypeFolder = {},
): Promise<string> => checkedPath(folder, FILES[name]);

async function checkedPath(folder: string, file: keyof typeof checksums): Promise<string> {
  const path = `${folder}/${file}`;
  if (verified.has(path)) return path;
  const found = await sha256(await readBytes(path, "genotype"));
  const expected = checksums[file].sha256;
  if (found !== expected) throw new UserError(`${path}: expected SHA-256 ${expected}, found ${found}`);
  verified.add(path);
  return path;
}

/** Names of samples of the reference, as B1 divides them. */
export interface B1Samples {
  train: string[];
  val: string[];
  test: string[];
}

/** The samples of B1. @throws UserError as genotypePath */
export async function b1Samples({ folder = FOLDER }: GenotypeFolder = {}): Promise<B1Samples> {
  const names = async (part: keyof B1Samples) => {
    const path = await checkedPath(folder, `b1_${part}.csv`);
    return parseCsv(await readBytes(path, "sample"), path, { header: true }).cells[0]!;
  };
  return { train: await names("train"), val: await names("val"), test: await names("test") };
}

interface Measured {
  benchmark: "B1" | "B2";
  part: "val" | "test";
  /** What R² is of: the probability of ALT of haplotypes, or dosages of samples. */
  level: "haplotype" | "dosage";
  /** A key of `methods`. */
  model: string;
  /** R² by MAF bin, counting minor alleles. */
  bins: number[];
  /** Mean R² of single targets. */
  perTarget: number;
}

/** R² of a method in the five windows. */
export interface WindowFigure extends Measured {
  windows: number[];
  /** Mean and deviation (n - 1) over the windows. */
  mean: number;
  deviation: number;
  /** Standard error of the mean over test samples, by bootstrap. */
  error: number;
  /** Of the mean, over five seeds; of methods that have one. */
  seedDeviation?: number;
}

/** R² of a method over all targets of the region. */
export interface RegionFigure extends Measured {
  r2: number;
  /** Counting minor alleles. */
  minor: number;
  perTargetBins: number[];
  error?: number;
}

/** One of B1's windows; positions are the first and the last. */
export interface B1Window {
  window: number;
  /** Among blocks of 100 targets, from 0. */
  block: number;
  targets: number[];
  /** Of the array SNPs that are its inputs. */
  sites: number[];
  /** Targets by MAF bin. */
  bins: number[];
}

/** Measured figures of classical methods and Beagle, and what B1 and B2 consist of. */
export type GenotypeFigures = Omit<typeof classical, "methods" | "b1" | "figures" | "regions"> & {
  /** By key; `chosen` are the hyperparameters of each window. */
  methods: Record<string, { name: string; library: string; settings: string; chosen?: string[] }>;
  b1: Omit<typeof classical.b1, "windows"> & { windows: B1Window[] };
  figures: WindowFigure[];
  regions: RegionFigure[];
};

/** The figures of data/genotypes/classical.json; `notes` there tell what they are. */
export const genotypeFigures = (): GenotypeFigures => classical as GenotypeFigures;
