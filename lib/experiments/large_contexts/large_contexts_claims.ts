import { formatSeconds, type TableView } from "../../results/mod.ts";
import type { PredictionFacts } from "./large_contexts_prediction.ts";
import type { ProcessCost } from "./process_cost.ts";
import { formatBytes } from "./process_cost_view.ts";

/** A statement about costs with the number that decides it. */
export interface Claim {
  statement: string;
  /** What was found, in words; undefined if it was not measured. */
  found?: string;
  holds?: boolean;
}

const MILLION = 1_000_000;

/** The claims about a million points, decided by the costs of IPNP in pieces and by predictions. */
export function largeClaims(costs: readonly ProcessCost[], predictions?: PredictionFacts): Claim[] {
  const at = (context: number) =>
    costs.find((cost) => cost.model === "ipnp-chunked" && cost.context === context && cost.peak !== null);
  const [before, million] = [at(65_536), at(MILLION)];
  const beyondData = (cost: ProcessCost): number => cost.peak! - cost.arguments!;
  const growth = before && million ? beyondData(million) / beyondData(before) - 1 : undefined;
  return [
    {
      statement: "A training step at 1,000,000 context points runs",
      ...(million?.seconds == null ? {} : { found: formatSeconds(million.seconds), holds: true }),
    },
    {
      statement: "Its compiled peak is below 2 GB",
      ...(million && { found: formatBytes(million.peak!), holds: million.peak! < 2e9 }),
    },
    {
      statement: "Beyond the data the peak grows by less than 10 % from 65,536 to 1,000,000 points",
      ...(growth !== undefined && { found: `${(100 * growth).toFixed(1)} %`, holds: growth < 0.1 }),
    },
    {
      statement: "1,000,000 predictions from 100,000 context points take less than 60 s",
      ...(predictions && predictions.targets >= MILLION && predictions.context >= 100_000 && {
        found: formatSeconds(predictions.predictSeconds),
        holds: predictions.predictSeconds < 60,
      }),
    },
    {
      statement: "Points read later give what reading all at once gives, to 1e-4 of a predicted mean",
      ...(predictions && {
        found: predictions.updateDifference.toExponential(1),
        holds: predictions.updateDifference < 1e-4,
      }),
    },
  ];
}

/** Claims as a table. */
export const claimsTable = (claims: readonly Claim[], title: string): TableView => ({
  title,
  head: ["claim", "found", "holds"],
  rows: claims.map(({ statement, found, holds }) => ({
    label: statement,
    cells: [
      { text: found ?? "not measured", best: false },
      { text: holds === undefined ? "–" : holds ? "yes" : "no", best: false },
    ],
  })),
  notes: [],
});

/** What the costs say, in words made from the numbers: claims, and how far each model came. */
export function largeVerdict(costs: readonly ProcessCost[], predictions?: PredictionFacts): string {
  const lines = [claimsVerdict(largeClaims(costs, predictions))];
  for (const [model, own] of Map.groupBy(costs, (cost) => cost.model)) {
    const last = own.findLast(({ beyond }) => beyond === null);
    const end = own.find(({ beyond }) => beyond !== null);
    const far = last && last.seconds !== null
      ? `${count(last.context)} points in ${formatSeconds(last.seconds)} and ${
        formatBytes(last.peak!)
      } a step`
      : "no size within the budget";
    const needs = end?.peak == null ? `at least ${formatBytes(end?.least ?? 0)}` : formatBytes(end.peak);
    const then = end === undefined
      ? ""
      : end.beyond === "time"
      ? `; ${count(end.context)} take too long`
      : `; ${count(end.context)} need ${needs}${end.peak === null ? " (estimated from its scores)" : ""}`;
    lines.push(`${model}: ${far}${then}.`);
  }
  return lines.map((line) => `- ${line}`).join("\n");
}

const count = (value: number): string => value.toLocaleString("en-US");

/** How many claims hold, and which do not, in one sentence. */
export function claimsVerdict(claims: readonly Claim[]): string {
  const measured = claims.filter(({ holds }) => holds !== undefined);
  const failed = measured.filter(({ holds }) => !holds);
  const held = `${measured.length - failed.length} of ${measured.length} measured claims hold`;
  return failed.length === 0
    ? `${held}.`
    : `${held}; not: ${failed.map(({ statement, found }) => `${statement} (${found})`).join("; ")}.`;
}
