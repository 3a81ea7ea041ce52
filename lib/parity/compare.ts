import type { GoldenCase } from "./case.ts";

/** Results by fixture name (`output/...`, `grad/...`), row-major. */
export type Produced = Map<string, ArrayLike<number>>;

export interface CaseComparison {
  /** Number of tensors compared. */
  tensors: number;
  /** Largest absolute differences; NaN if any value is not a number. */
  outputError: number;
  lossError: number;
  gradientError: number;
  /** Largest difference as a share of what its tensor may differ; above 1 is a failure. */
  share: number;
  /** What is wrong, if anything is. */
  problems: string[];
}

const COMPARED = ["output/", "grad/", "ingrad/", "final/"];

/** Compares everything that the reference computed: |a - b| <= atol + rtol · max|b| per tensor. */
export function compareCase(golden: GoldenCase, produced: Produced): CaseComparison {
  const result: CaseComparison = {
    tensors: 0,
    outputError: 0,
    lossError: 0,
    gradientError: 0,
    share: 0,
    problems: [],
  };
  for (const [name, { data }] of golden.tensors) {
    if (!COMPARED.some((prefix) => name.startsWith(prefix))) continue;
    const found = produced.get(name);
    if (!found || found.length !== data.length) {
      result.problems.push(`${name}: expected ${data.length} values, found ${found?.length ?? "none"}`);
      continue;
    }
    result.tensors++;
    const kind = kindOf(name);
    const error = largestDifference(found, data);
    result[kind] = largest(result[kind], error);
    const { rtol, atol } = golden.tolerance;
    const allowed = atol + rtol * largestMagnitude(data);
    result.share = largest(result.share, error / allowed);
    if (!(error <= allowed)) {
      result.problems.push(
        `${name}: differs by ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}`,
      );
    }
  }
  if (result.tensors === 0) result.problems.push("nothing to compare");
  return result;
}

function kindOf(name: string): "outputError" | "lossError" | "gradientError" {
  if (name.startsWith("grad/") || name.startsWith("ingrad/")) return "gradientError";
  return /loss$/.test(name) ? "lossError" : "outputError";
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) worst = largest(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}

function largestMagnitude(data: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!));
  return largest;
}

/** The larger of two, NaN if either is. */
const largest = (a: number, b: number) => Number.isNaN(a) || a > b ? a : b;
