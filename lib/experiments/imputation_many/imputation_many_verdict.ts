import { type RunRecord, spread } from "../../results/mod.ts";
import { beagleR2 } from "./imputation_many_beagle.ts";
import {
  manyResults,
  maskingPairs,
  type Part,
  shareResults,
  wholeResults,
} from "./imputation_many_results.ts";

const number = (value: number): string => value.toFixed(3);
const signed = (value: number): string => `${value < 0 ? "-" : "+"}${number(Math.abs(value))}`;

/** "0.921 against 0.368 of the train frequency, better in 4 of 4" */
function against({ r2, frequency, windows }: Part): string {
  const better = windows.filter((window) => window.r2 > window.frequency).length;
  return `${number(r2)} against ${
    number(frequency)
  } of the train frequency, better in ${better} of ${windows.length}`;
}

/** What the numbers say, in words made from the numbers. */
export function manyVerdict(records: readonly RunRecord[]): string {
  const results = manyResults(records);
  const lines = wholeResults(results).flatMap((result) => {
    const { label, size, seen, unseen } = result;
    const title = `${label}, ${size} targets`;
    const beagle = spread(seen.windows.map(({ name }) => beagleR2(result, name))).mean;
    const ours = `${title}: seen windows ${against(seen)}` +
      (Number.isNaN(beagle) ? "" : `, Beagle with the same sites ${number(beagle)}`);
    if (unseen.windows.length === 0) return [`${ours}.`];
    const helped = unseen.r2 > unseen.frequency;
    return [
      `${ours}; unseen windows ${against(unseen)}: ` +
      (helped
        ? "what it learned of other windows helps where it was not trained."
        : "what it learned is of the variants of its windows, and of no use where the columns are others."),
    ];
  });
  for (const [rows, cells] of maskingPairs(results)) {
    const difference = rows.seen.r2 - cells.seen.r2;
    // NaN, and so never clear, for a single seed.
    const clear = Math.abs(difference) > 2 * Math.hypot(rows.seen.error, cells.seen.error);
    const words = clear ? (difference > 0 ? "better" : "worse") : "not clearly different";
    lines.push(
      `Masking whole rows instead of single cells, ${rows.label}, ${rows.size} targets, ${rows.seeds} seed(s): ` +
        `${signed(difference)} R² on seen windows, ${words}.`,
    );
  }
  const shares = shareResults(results);
  for (const [label, own] of Map.groupBy(shares, (result) => result.label)) {
    if (own.length < 2) continue;
    const [least, most] = [own[0]!, own.at(-1)!];
    lines.push(
      `More haplotypes, ${label}, ${most.size} targets: R² on seen windows goes from ${
        number(least.seen.r2)
      } with ${least.proportion} of them to ${number(most.seen.r2)} with ${most.proportion}.`,
    );
  }
  return lines.map((line) => `- ${line}`).join("\n");
}

/** The most of NPT's memory that SPIN may need for windows of this many targets. */
const CLAIM = { targets: 300, share: 0.2 };

/** SPIN's memory of a training step as a share of NPT's, by width, from records of `runImputationMemory`. */
export function memoryVerdict(records: readonly RunRecord[]): string {
  const runs = records.filter(({ experiment, configuration }) =>
    experiment === "imputation-memory" && configuration["size"] === CLAIM.targets
  );
  const peak = (own: readonly RunRecord[], model: string) =>
    own.find((run) => run.model === model)?.metrics["peak"] ?? NaN;
  const widths = [...Map.groupBy(runs, ({ configuration }) => configuration["embedding"] as number)];
  return widths.sort(([a], [b]) => a - b).flatMap(([width, own]) => {
    const share = peak(own, "spin") / peak(own, "npt");
    if (Number.isNaN(share)) return [];
    const words = share <= CLAIM.share ? "at most a fifth" : "more than a fifth";
    return [
      `- Memory of a step, ${CLAIM.targets} targets, e = ${width}: SPIN needs ${
        share.toFixed(2)
      } of NPT's, ${words}.`,
    ];
  }).join("\n");
}
