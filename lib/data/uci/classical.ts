import baselines from "../../../data/uci/baselines.json" with { type: "json" };
import { uciFacts } from "./facts.ts";

/** Mean and deviation (n - 1) of a classical method over the ten folds, RMSE in the target's units. */
export type ClassicalFigure = (typeof baselines.figures)[number] & { library: string; settings: string };

/** The classical figures of a data set: constant, knn, xgboost, mlp. @throws UserError for an unknown name. */
export function classicalFigures(name: string): ClassicalFigure[] {
  const { name: data } = uciFacts(name);
  const chosen: Record<string, Record<string, string>> = baselines.chosenOnFold0;
  const methods: Record<string, { library: string; settings: string }> = baselines.methods;
  return baselines.figures.filter((figure) => figure.data === data).map((figure) => {
    const { library, settings } = methods[figure.model]!;
    const fixed = chosen[data]?.[figure.model];
    return { ...figure, library, settings: fixed ? `${settings}; chosen: ${fixed}` : settings };
  });
}
