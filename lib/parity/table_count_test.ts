import { equal } from "node:assert/strict";
import { countParameters, type ModelColumn, type TableModelConfig } from "../models/table/mod.ts";

const numeric = (n: number): ModelColumn[] =>
  Array.from({ length: n }, () => ({ kind: "numeric", classes: [] }));
const categorical = (n: number, classes: number): ModelColumn[] =>
  Array.from({ length: n }, () => ({ kind: "categorical", classes: Array<string>(classes).fill("") }));

const BOSTON = [...numeric(3), ...categorical(1, 2), ...numeric(4), ...categorical(1, 9), ...numeric(5)];
const BREAST_CANCER = [...categorical(1, 2), ...numeric(30)];
const PROTEIN = numeric(10);
const HAPLOTYPES = (d: number) => categorical(d, 33);
const SYNTHETIC = categorical(124, 2);

const blockCount = (width: number) => 13 * width ** 2 + 14 * width;

interface Row {
  name: string;
  columns: ModelColumn[];
  config: Partial<TableModelConfig>;
  /** What the official code allocates. */
  reference: number;
  /** How much of it no computation touches, and our models leave out. */
  unused?: number;
}

const BIG = { embedding: 128, heads: 8, depth: 8 } as const;
const GENOMICS = { embedding: 64, heads: 4 } as const;
const PERCEIVER_D = { model: "perceiver-d", embedding: 32, heads: 1, depth: 1, abla: false } as const;

// deno-fmt-ignore
const ROWS: Row[] = [
  { name: "Boston NPT", columns: BOSTON, config: { ...BIG, model: "npt" }, reference: 167_956_759 },
  { name: "Boston Set Transformer", columns: BOSTON, config: { ...BIG, model: "set-transformer" }, reference: 335_978_775 },
  { name: "Boston SPIN with both decoders", columns: BOSTON, config: { ...BIG, decoderBoth: true }, reference: 127_162_541 },
  { name: "Boston SPIN", columns: BOSTON, config: { ...BIG, decoderBoth: false }, reference: 126_947_757 },
  { name: "Boston SPIN without ABLA", columns: BOSTON, config: { ...BIG, decoderBoth: false, abla: false }, reference: 126_088_621 },
  { name: "Boston perceiver_D", columns: BOSTON, config: { ...BIG, model: "perceiver-d" }, reference: 217_458_967,
    unused: 4 * (blockCount(1280) + blockCount(128)) },
  { name: "Boston perceiver_E", columns: BOSTON, config: { ...BIG, model: "perceiver-e" }, reference: 3_663_021 },
  { name: "breast cancer NPT", columns: BREAST_CANCER, config: { embedding: 32, model: "npt" }, reference: 51_287_040 },
  { name: "breast cancer SPIN", columns: BREAST_CANCER, config: { embedding: 32, decoderBoth: false }, reference: 16_934_912 },
  { name: "protein NPT", columns: PROTEIN, config: { ...BIG, heads: 16, model: "npt" }, reference: 86_134_026 },
  { name: "protein SPIN, f = d", columns: PROTEIN, config: { ...BIG, heads: 16 }, reference: 108_537_976, unused: 110 },
  { name: "imputation NPT", columns: HAPLOTYPES(50), config: { ...GENOMICS, depth: 6, model: "npt" }, reference: 399_879_282 },
  { name: "imputation Set Transformer", columns: HAPLOTYPES(50), config: { ...GENOMICS, depth: 6, model: "set-transformer" }, reference: 799_634_034 },
  { name: "imputation parametric transformer", columns: HAPLOTYPES(50), config: { ...GENOMICS, depth: 8, model: "only-aba" }, reference: 655_602 },
  { name: "imputation SPIN, S = 100", columns: HAPLOTYPES(50), config: { ...GENOMICS, depth: 4, decoderBoth: false }, reference: 127_894_256 },
  { name: "imputation SPIN, S = 200", columns: HAPLOTYPES(70), config: { ...GENOMICS, depth: 4, decoderBoth: false }, reference: 237_774_156 },
  { name: "imputation SPIN, S = 300", columns: HAPLOTYPES(90), config: { ...GENOMICS, depth: 4, decoderBoth: false }, reference: 383_698_856 },
  { name: "imputation SPIN, S = 400", columns: HAPLOTYPES(110), config: { ...GENOMICS, depth: 4, decoderBoth: false }, reference: 565_668_356 },
  { name: "imputation NPT, S = 300", columns: HAPLOTYPES(90), config: { ...GENOMICS, depth: 4, model: "npt" }, reference: 863_287_578 },
  { name: "synthetic perceiver_D, h = 2", columns: SYNTHETIC, config: { ...PERCEIVER_D, h: 2 }, reference: 179_489_400 },
  { name: "synthetic perceiver_D, h = 6600", columns: SYNTHETIC, config: { ...PERCEIVER_D, h: 6600 }, reference: 181_600_760 },
];

for (const { name, columns, config, reference, unused = 0 } of ROWS) {
  Deno.test(`parameter count: ${name}`, () => equal(countParameters(config, columns) + unused, reference));
}

Deno.test("the nested predictor adds a fixed number of parameters per column, the flat one ever more", () => {
  const steps = (predictor: "flat" | "nested") => {
    const counts = [20, 30, 40].map((d) => countParameters({ embedding: 16, predictor }, numeric(d)));
    return [counts[1]! - counts[0]!, counts[2]! - counts[1]!] as const;
  };
  equal(steps("nested")[0], steps("nested")[1]);
  equal(steps("flat")[1] > 1.3 * steps("flat")[0], true);
});
