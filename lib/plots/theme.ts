import type { SymbolType } from "@observablehq/plot";

export interface Style {
  label: string;
  colour: string;
  symbol: SymbolType;
}

/**
 * Neural processes in the colours of the authors' figures, with squares for models that read all points and circles for
 * those with inducing points; beside an attentive model its plain one is lighter, with a diamond. Lightness differs so
 * that colour-blind readers can tell the models of one figure apart.
 */
const PROCESSES: Record<string, Style> = {
  cnp: { label: "CNP", colour: "#e08a80", symbol: "diamond" },
  canp: { label: "CANP", colour: "#c1272d", symbol: "square" },
  np: { label: "NP", colour: "#b8935a", symbol: "diamond" },
  anp: { label: "ANP", colour: "#ea8600", symbol: "square" },
  bnp: { label: "BNP", colour: "#6cc3a0", symbol: "diamond" },
  banp: { label: "BANP", colour: "#00855f", symbol: "square" },
  tnpd: { label: "TNP-D", colour: "#662851", symbol: "hexagon" },
  cipnp: { label: "CIPNP", colour: "#45aee8", symbol: "circle" },
  ipnp: { label: "IPNP", colour: "#0064a8", symbol: "circle" },
  "cipnp-fast": { label: "CIPNP, fast start", colour: "#932ce5", symbol: "triangle" },
  "ipnp-fast": { label: "IPNP, fast start", colour: "#211662", symbol: "triangle" },
  "cipnp-sharp": { label: "CIPNP, sharp start", colour: "#b5179e", symbol: "cross" },
  "ipnp-sharp": { label: "IPNP, sharp start", colour: "#6a0f4f", symbol: "cross" },
  "cipnp-chunked": { label: "CIPNP, in pieces", colour: "#35b1bb", symbol: "star" },
  "ipnp-chunked": { label: "IPNP, in pieces", colour: "#092a1e", symbol: "star" },
  "cipnp-fast-chunked": { label: "CIPNP, fast start, in pieces", colour: "#c58bff", symbol: "asterisk" },
  "ipnp-fast-chunked": { label: "IPNP, fast start, in pieces", colour: "#6b5fd0", symbol: "asterisk" },
};

/** Colours of Okabe and Ito, which colour-blind readers can tell apart; symbols differ as well. */
const MODELS: Record<string, Style> = {
  "spin-context": { label: "SPIN, context", colour: "#c1121f", symbol: "wye" },
  spin: { label: "SPIN", colour: "#0072b2", symbol: "circle" },
  "spin-published": { label: "SPIN, authors' command", colour: "#56b4e9", symbol: "diamond" },
  "spin-flat": { label: "SPIN, flat", colour: "#3fa7e0", symbol: "diamond" },
  "spin-nested": { label: "SPIN, nested", colour: "#0072b2", symbol: "circle" },
  npt: { label: "NPT", colour: "#d55e00", symbol: "square" },
  "set-transformer": { label: "Set Transformer", colour: "#009e73", symbol: "triangle" },
  xgboost: { label: "XGBoost", colour: "#a3548a", symbol: "star" },
  mlp: { label: "MLP", colour: "#d99500", symbol: "hexagon" },
  knn: { label: "k-NN", colour: "#6f6f6f", symbol: "cross" },
  lightgbm: { label: "LightGBM", colour: "#7a4f9e", symbol: "asterisk" },
  "gradient-boosting": { label: "Gradient boosting", colour: "#c98bb9", symbol: "times" },
  "random-forest": { label: "Random forest", colour: "#5d7d1f", symbol: "plus" },
  linear: { label: "Linear", colour: "#8a8a5c", symbol: "diamond" },
  copying: { label: "copying", colour: "#b8860b", symbol: "square" },
  "spin-and-copying": { label: "SPIN and copying", colour: "#c1121f", symbol: "wye" },
  "spin-on-mosaics": { label: "SPIN on mosaics", colour: "#3fa7e0", symbol: "diamond" },
  parametric: { label: "Parametric", colour: "#6a4c93", symbol: "times" },
  "logistic-regression": { label: "logistic regression", colour: "#8a8a5c", symbol: "diamond" },
  gbt: { label: "GBT", colour: "#c98bb9", symbol: "times" },
  beagle: { label: "Beagle", colour: "#1f2328", symbol: "plus" },
  "beagle-150-snps": { label: "Beagle, 150 SNPs", colour: "#7d8590", symbol: "plus" },
  "train-frequency": { label: "train frequency", colour: "#a8a8a8", symbol: "diamond" },
  constant: { label: "constant", colour: "#a8a8a8", symbol: "diamond" },
  ...PROCESSES,
};

const OTHERS: Pick<Style, "colour" | "symbol">[] = [
  { colour: "#0072b2", symbol: "circle" },
  { colour: "#d55e00", symbol: "square" },
  { colour: "#009e73", symbol: "triangle" },
  { colour: "#a3548a", symbol: "star" },
  { colour: "#d99500", symbol: "hexagon" },
  { colour: "#6f6f6f", symbol: "cross" },
];

/**
 * A style for each name: that of the model, the same in every figure; other names take colours in turn, those of the
 * models in the figure last.
 */
export function stylesOf(names: readonly string[]): Map<string, Style> {
  const key = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const known = new Set(names.flatMap((name) => MODELS[key(name)]?.colour ?? []));
  const free = [...OTHERS.filter(({ colour }) => !known.has(colour)), ...OTHERS];
  let next = 0;
  return new Map([...new Set(names)].map((name) => {
    const style = MODELS[key(name)] ?? { label: name, ...free[next++ % free.length]! };
    return [name, style] as const;
  }));
}

export interface Point {
  series: string;
  x: number;
  y: number;
}

/** The series of some points in order of appearance, each with its points and style. */
export function seriesOf<T extends { series: string }>(points: readonly T[]) {
  const groups = Map.groupBy(points, ({ series }) => series);
  const styles = stylesOf([...groups.keys()]);
  return [...groups].map(([name, members]) => ({ name, members, style: styles.get(name)! }));
}

export const INK = "#1f2328";
export const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
export const WIDTH = 640;
export const HEIGHT = 380;
