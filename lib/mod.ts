/** Everything a notebook needs, from one module. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./setup/paths.ts";

export {
  compileTime,
  describeEngine,
  jit,
  liveBuffers,
  memoryOf,
  tensorSpec,
  useEngine,
} from "./engine/mod.ts";
export {
  classicalFigures,
  encode,
  fitSchema,
  loadUci,
  makeFolds,
  readSplits,
  uciFacts,
  uciNames,
} from "./data/mod.ts";
export { countParameters, createTableModel, type TableModelConfig } from "./spin/mod.ts";
export { fit } from "./train/fit.ts";
export { DEFAULT_RECIPE, type Recipe } from "./train/recipe.ts";
export { score } from "./train/score.ts";
export { defaultRecipe, fitTable, loadModel, loadTable } from "./tabular/mod.ts";
export {
  calibrationCurve,
  logLog,
  lossCurve,
  methodDots,
  predictedVsTrue,
  predictiveBands,
  scatter,
  slopesOf,
  toSvg,
} from "./plots/mod.ts";
export {
  costTable,
  readRecords,
  scoreTable,
  summarise,
  type TableView,
  toHtml,
  toMarkdown,
  toText,
} from "./results/mod.ts";
export { html, markdown, progress, show, stopRequested, text } from "./notebook/mod.ts";
export { asProfile, KEPT_RECORDS, KEPT_WEIGHTS, LOCAL_RECORDS } from "./experiments/profiles.ts";
export { runSources } from "./experiments/record_sources.ts";
export { runUci } from "./experiments/uci.ts";
export { chosenSets } from "./experiments/uci_data.ts";
export { asModels, UCI_MODELS, uciRecipe } from "./experiments/uci_settings.ts";
export { asUciClassical, runUciClassical } from "./experiments/uci_classical.ts";
export { runUciMemory } from "./experiments/uci_memory.ts";
export { uciMemoryTable } from "./experiments/uci_memory_tables.ts";
export { uciCosts, uciFigure, uciRankFigure, uciTable } from "./experiments/uci_tables.ts";
export { uciVerdict } from "./experiments/uci_verdict.ts";
export { runAblation } from "./experiments/ablation.ts";
export { ablationFigure, ablationTable } from "./experiments/ablation_tables.ts";
export { ablationVerdict } from "./experiments/ablation_verdict.ts";
export { runSyntheticAttention } from "./experiments/synthetic_attention.ts";
export {
  runTableAttention,
  tableAttentionFigure,
  tableAttentionVerdict,
} from "./experiments/synthetic_attention_boston.ts";
export {
  attentionFigure,
  shareFigure,
  specialisationFigure,
} from "./experiments/synthetic_attention_figures.ts";
export { asAttentionVariants, SMALL_ATTENTION } from "./experiments/synthetic_attention_settings.ts";
export {
  syntheticAttentionTable,
  syntheticAttentionVerdict,
} from "./experiments/synthetic_attention_tables.ts";
export { PROCESS_NAMES, processName } from "./neural_process/registry.ts";
export { runGp } from "./experiments/gp.ts";
export { gpCurveFigure, gpRangeFigure } from "./experiments/gp_figures.ts";
export { fullCurves, gpVerdict, keptCurveTable, keptProcess, trainedProcess } from "./experiments/gp_kept.ts";
export { drawFunction, predictFunction } from "./experiments/gp_predictions.ts";
export { gpKernelTable, gpRangeTable } from "./experiments/gp_tables.ts";
export { scaleSteps } from "./experiments/scaling.ts";
export { scalePrediction } from "./experiments/prediction_cost.ts";
export { runImages } from "./experiments/images.ts";
export { placeLikelihood } from "./experiments/images_baseline.ts";
export { loadImageData } from "./experiments/images_data.ts";
export { completionFigures, imageFigure } from "./experiments/images_figures.ts";
export { imageContext } from "./experiments/images_settings.ts";
export { celebaTable, imageTable } from "./experiments/images_tables.ts";
export { imageCalibration, trainedImages } from "./experiments/images_trained.ts";
export { celebaVerdict, imageVerdict } from "./experiments/images_verdict.ts";
export { keptCosts, processCosts } from "./experiments/process_cost_sweep.ts";
export { stepTimes } from "./experiments/process_cost.ts";
export { asCostModels } from "./experiments/process_cost_step.ts";
export { againstTable, costFigure, withKept } from "./experiments/process_cost_view.ts";
export { likelihoodByContext, likelihoodRecords, likelihoodsOf } from "./experiments/large_contexts.ts";
export { brieflyTrained, loadStreamed, longestTrained } from "./experiments/large_contexts_model.ts";
export { likelihoodTable } from "./experiments/large_contexts_table.ts";
export { largePredictions } from "./experiments/large_contexts_prediction.ts";
export { claimsTable, largeClaims, largeVerdict } from "./experiments/large_contexts_claims.ts";
export { runImputation } from "./experiments/imputation.ts";
export { asImputationModels } from "./experiments/imputation_settings.ts";
export {
  imputationBinFigure,
  imputationBinTable,
  imputationCosts,
  imputationFigure,
  imputationTable,
} from "./experiments/imputation_tables.ts";
export { imputationVerdict } from "./experiments/imputation_verdict.ts";
export { asClassicalModels, runClassical } from "./experiments/imputation_classical.ts";
export { runBeagleWindows } from "./experiments/imputation_beagle.ts";
export { runHaplotypes } from "./experiments/haplotypes.ts";
export { haplotypeModel } from "./experiments/haplotypes_settings.ts";
export { cohortFile, cohortTruth, runCohort } from "./experiments/cohort.ts";
export { cohortTable, dosageFigure } from "./experiments/cohort_tables.ts";
export { runImputationMany } from "./experiments/imputation_many.ts";
export { manyFigure, manyShareFigure } from "./experiments/imputation_many_figures.ts";
export { asManyBlocks, asManyModels } from "./experiments/imputation_many_settings.ts";
export {
  manyMaskingTable,
  manyShareTable,
  manyTable,
  manyWindowTable,
} from "./experiments/imputation_many_tables.ts";
export { manyVerdict, memoryVerdict } from "./experiments/imputation_many_verdict.ts";
export {
  imputationMemoryFigure,
  imputationMemoryTable,
  runImputationMemory,
} from "./experiments/imputation_memory.ts";
export * as aq from "arquero";

/** The path of a file of this workspace, wherever a notebook runs; its folder is made, so that the file can be written. */
export function workspaceFile(path: string): string {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}
