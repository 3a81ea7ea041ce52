import datasets from "../../../data/uci/datasets.json" with { type: "json" };
import large from "../../../data/uci/large.json" with { type: "json" };
import { UserError } from "../../errors.ts";
import type { RemoteFile } from "../download.ts";
import { unknown } from "../nearest.ts";

export interface UciFacts {
  name: string;
  /** Rows. */
  n: number;
  /** Columns without the target. */
  d: number;
  task: string;
  target: string;
  /** Names of the categorical columns; see UciOptions. */
  categorical: { natural: string[]; reference: string[] };
  inPaper: boolean;
  source: string;
  /** Of the file (poker-hand: of the test file); "unknown" for kick and income, see uciDigest. */
  sha256: string;
  note: string;
}

/** A set that is in data/uci: an entry of datasets.json. */
export interface EmbeddedFacts extends UciFacts {
  file: string;
  /** The file with its ten folds. */
  splits: string;
  bytes: number;
  splitsSha256: string;
}

/** A file of a large set: fetched if its content is publicly known, else put there by the user. */
export interface LargeFile extends RemoteFile {
  bytes: number | null;
  sha256: string | null;
}

/** Rows that an embedded set has too. */
export interface EmbeddedRows {
  set: string;
}

/** A set that is fetched: an entry of large.json. */
export interface LargeFacts extends UciFacts {
  /** In the order of the file. */
  columns: string[];
  /** Columns with more different texts than this are numbers, all others categories; null: `categorical` says it. */
  automatic: number | null;
  /** Texts for a missing cell. */
  missing: string[];
  /** Files that are the set, one below the other; the first choice that is there counts. */
  choices: (LargeFile | EmbeddedRows)[][];
  split: UciShares;
}

/** The reference's share of test and validation rows, or the number of test rows at the end of the table. */
interface UciShares {
  test: number;
  val: number;
  testRows?: number;
}

const EMBEDDED: readonly EmbeddedFacts[] = datasets;
const LARGE: readonly LargeFacts[] = large;
// The paper's sets come first: "poker" means the paper's.
const ALL: readonly (EmbeddedFacts | LargeFacts)[] = [...LARGE, ...EMBEDDED];

/** The names of all sets, the smallest table first. */
export const uciNames = (): string[] => [...ALL].sort((a, b) => a.n - b.n).map(({ name }) => name);

/** The facts of a set by its name or the first word of it. @throws UserError for an unknown one */
export function uciFacts(name: string): EmbeddedFacts | LargeFacts {
  const wanted = name.toLowerCase().replaceAll(/[_\s]+/g, "-");
  const facts = ALL.find((set) => set.name === wanted) ??
    ALL.find((set) => set.name.startsWith(`${wanted}-`));
  if (!facts) throw new UserError(`no data set ${unknown(name, uciNames())}`);
  return facts;
}

export const isEmbedded = (facts: EmbeddedFacts | LargeFacts): facts is EmbeddedFacts => "splits" in facts;

/** The shares of the reference's runs; sets that are not the paper's have those of its small ones. */
export function uciShares(facts: EmbeddedFacts | LargeFacts): UciShares {
  if (!isEmbedded(facts)) return facts.split;
  return facts.name === "protein" ? { test: 0.2, val: 0.1 } : { test: 0.1, val: 0.2 };
}
