import type { RunRecord } from "../../results/mod.ts";
import { spread } from "../../results/mod.ts";
import { type ImputationMethod, imputationMethods } from "./imputation_methods.ts";

const number = (value: number): string => value.toFixed(3);

/** The difference of two methods window by window, which takes out how hard each window is. */
function comparison(a: ImputationMethod, b: ImputationMethod): string {
  const differences = a.windows.flatMap(({ window, mean }) => {
    const other = b.windows.find((score) => score.window === window);
    return other ? [mean - other.mean] : [];
  });
  const { mean, standardError } = spread(differences);
  const higher = differences.filter((difference) => difference > 0).length;
  const clear = Number.isFinite(standardError) && Math.abs(mean) > 2 * standardError;
  const words = clear ? (mean > 0 ? "better" : "worse") : "not clearly different";
  const error = Number.isFinite(standardError) ? ` ± ${number(standardError)}` : "";
  return `${a.label} against ${b.label}: ${mean < 0 ? "-" : "+"}${
    number(Math.abs(mean))
  }${error} R², higher in ` +
    `${higher} of ${differences.length} window(s): ${words}.`;
}

/** What the numbers say, in words made from the numbers. */
export function imputationVerdict(records: readonly RunRecord[]): string {
  const methods = imputationMethods(records);
  const of = (model: string) => methods.find((method) => method.model === model);
  const ours = methods.filter((method) => method.ours && !Number.isNaN(method.mean));
  const lines: string[] = [];
  if (ours.length > 0) {
    lines.push(
      `Mean R² of the windows: ${ours.map(({ label, mean }) => `${label} ${number(mean)}`).join(", ")}.`,
    );
  }
  const spin = of("spin");
  const frequency = of("frequency");
  if (spin && frequency) {
    lines.push(
      `The train frequency alone has ${number(frequency.mean)}, and nothing of single targets (SPIN ${
        Number.isNaN(spin.perTarget) ? "not known" : number(spin.perTarget)
      }).`,
    );
  }
  if (spin) {
    for (const rival of ["npt", "set-transformer", "only-aba", "mlp", "beagle-window", "beagle"]) {
      const other = of(rival);
      if (other) lines.push(comparison(spin, other));
    }
  }
  return lines.map((line) => `- ${line}`).join("\n");
}
