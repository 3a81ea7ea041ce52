import { equal, match, ok } from "node:assert/strict";
import { genotypeFigures } from "../../data/genotypes/project.ts";
import { toSvg } from "../../plots/mod.ts";
import { type RunRecord, toMarkdown } from "../../results/mod.ts";
import { imputationMethods } from "./imputation_methods.ts";
import {
  imputationBinFigure,
  imputationBinTable,
  imputationCosts,
  imputationFigure,
  imputationTable,
} from "./imputation_tables.ts";
import { imputationVerdict } from "./imputation_verdict.ts";

/** A made-up record; all bins have the same moments. */
function made(
  model: string,
  window: number,
  seed: number,
  r2: number,
  change: Partial<RunRecord> = {},
): RunRecord {
  const moments = { count: 100, meanP: 0.5, meanY: 0.5, pp: 1, yy: 1, py: Math.sqrt(r2) };
  const bins = [0, 1, 2].flatMap((bin) =>
    Object.entries(moments).map(([name, x]) => [`bin${bin} ${name}`, x])
  );
  return {
    format: 1,
    experiment: "imputation",
    profile: "quick",
    model,
    data: { name: `b1-window${window}`, sha256: "0" },
    fold: null,
    seed,
    configuration: { size: 100, proportion: 1 },
    status: "complete",
    reason: null,
    metrics: { r2, dosageR2: r2 + 0.01, targetR2: r2 - 0.1, targets: 50, ...Object.fromEntries(bins) },
    seconds: { compile: 1, train: 2, evaluate: 1 },
    steps: 100,
    parameters: 1000,
    memory: { compiledBytes: 2 ** 20, peakResidentBytes: null },
    engine: { engine: "xla", device: "cpu", threads: 2, tfjs: "4" },
    environment: { versions: {}, commit: null, system: "linux", cpu: "cpu", cores: 2, memoryBytes: 1 },
    date: "2025-01-01T00:00:00.000Z",
    ...change,
  } as RunRecord;
}

const WINDOWS = [0, 1, 2, 3, 4];
const RECORDS = WINDOWS.flatMap((window) => [
  made("spin", window, 42, 0.9 + 0.01 * window),
  made("spin", window, 52, 0.92 + 0.01 * window),
  made("npt", window, 42, 0.8),
]);

Deno.test("our models stand before the classical methods, the best first", () => {
  const methods = imputationMethods(RECORDS);
  equal(methods.map(({ model }) => model).slice(0, 3).join(), "spin,npt,frequency");
  const [spin] = methods;
  ok(Math.abs(spin!.mean - 0.93) < 1e-12 && Math.abs(spin!.windows[4]!.mean - 0.95) < 1e-12);
  ok(Math.abs(spin!.windows[0]!.standardError - 0.01) < 1e-12);
  equal(spin!.seeds, 2);
  const beagle = methods.find(({ model }) => model === "beagle")!;
  const figure = genotypeFigures().figures.find(({ model, level, part, benchmark }) =>
    benchmark === "B1" && part === "test" && level === "haplotype" && model === "beagle"
  )!;
  ok(Math.abs(beagle.mean - figure.mean) < 1e-5 && Math.abs(beagle.deviation - figure.deviation) < 1e-5);
});

Deno.test("tables show every method and mark the best of a column", () => {
  const table = toMarkdown(imputationTable(RECORDS));
  match(table, /\| SPIN \| 0\.910.±.0\.010 \|.*\| 0\.930.±.0\.016 \| 0\.940 \| 0\.830 \|/);
  match(table, /\| Beagle \| \*\*0\.975\*\*/);
  match(table, /SPIN, NPT: runs of this workspace, quick profile, seeds 42, 52/);
  match(toMarkdown(imputationBinTable(RECORDS)), /\| SPIN \| \*\*0\.930\*\* \| \*\*0\.930\*\* \| 0\.930 \|/);
  match(toMarkdown(imputationBinTable(RECORDS)), /24, 113, 2026 minor alleles/);
  equal(imputationCosts(RECORDS).rows.length, 2);
});

Deno.test("some windows alone, or other train samples, stand beside nothing that is not the same", () => {
  const few = RECORDS.filter(({ data }) => data.name === "b1-window1");
  const bins = toMarkdown(imputationBinTable(few));
  match(bins, /Classical figures by frequency are of all five windows/);
  ok(!bins.includes("Beagle |"));
  match(toMarkdown(imputationTable(few)), /\| train frequency \| 0\.609 \| 0\.609 \| 0\.723 \| – \|/);
  const half = [made("spin", 0, 42, 0.9, { configuration: { size: 100, proportion: 0.5 } })];
  equal(imputationMethods(half).length, 1);
});

Deno.test("a window that was not run leaves no mean, and older configurations do not count", () => {
  const [spin, npt] = imputationMethods([
    ...RECORDS.filter(({ model, data }) => model !== "npt" || data.name !== "b1-window3"),
    made("spin", 0, 42, 0.1, {
      configuration: { size: 100, proportion: 1, steps: 1 },
      date: "2024-01-01T00:00:00Z",
    }),
  ]);
  ok(Math.abs(spin!.mean - 0.93) < 1e-12);
  ok(Number.isNaN(npt!.mean) && npt!.windows.length === 4);
  match(toMarkdown(imputationTable(RECORDS.slice(0, 5))), /\| NPT \| 0\.800 \| – \| – \|/);
});

Deno.test("figures are drawn, and the verdict follows from the numbers", () => {
  match(toSvg(imputationFigure(RECORDS)), /mean of windows/);
  match(toSvg(imputationBinFigure(RECORDS)), /minor allele 0\.5-5 %/);
  const verdict = imputationVerdict(RECORDS);
  match(verdict, /SPIN 0\.930, NPT 0\.800/);
  match(verdict, /SPIN against NPT: \+0\.130 ± 0\.007 R², higher in 5 of 5 window\(s\): better/);
  match(verdict, /SPIN against Beagle: -0\.042/);
});
