/** Everything a notebook needs, from one module. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths.ts";

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
export { countParameters, createTableModel, type TableModelConfig } from "./models/table/mod.ts";
export { fit } from "./train/table/fit.ts";
export { DEFAULT_RECIPE, type Recipe } from "./train/table/recipe.ts";
export { score } from "./train/table/score.ts";
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
export { runUci } from "./experiments/uci/uci.ts";
export { chosenSets } from "./experiments/uci/uci_data.ts";
export { asModels, UCI_MODELS, uciRecipe } from "./experiments/uci/uci_settings.ts";
export { asUciClassical, runUciClassical } from "./experiments/uci/uci_classical.ts";
export { runUciMemory } from "./experiments/uci/uci_memory.ts";
export { uciMemoryTable } from "./experiments/uci/uci_memory_tables.ts";
export { uciCosts, uciFigure, uciRankFigure, uciTable } from "./experiments/uci/uci_tables.ts";
export { uciVerdict } from "./experiments/uci/uci_verdict.ts";
export { runAblation } from "./experiments/ablation/ablation.ts";
export { ablationFigure, ablationTable } from "./experiments/ablation/ablation_tables.ts";
export { ablationVerdict } from "./experiments/ablation/ablation_verdict.ts";
export { runSyntheticAttention } from "./experiments/attention/synthetic_attention.ts";
export {
  runTableAttention,
  tableAttentionFigure,
  tableAttentionVerdict,
} from "./experiments/attention/synthetic_attention_boston.ts";
export {
  attentionFigure,
  shareFigure,
  specialisationFigure,
} from "./experiments/attention/synthetic_attention_figures.ts";
export {
  asAttentionVariants,
  SMALL_ATTENTION,
} from "./experiments/attention/synthetic_attention_settings.ts";
export {
  syntheticAttentionTable,
  syntheticAttentionVerdict,
} from "./experiments/attention/synthetic_attention_tables.ts";
export { PROCESS_NAMES, processName } from "./models/process/registry.ts";
export { runGp } from "./experiments/gp/gp.ts";
export { gpCurveFigure, gpRangeFigure } from "./experiments/gp/gp_figures.ts";
export {
  fullCurves,
  gpVerdict,
  keptCurveTable,
  keptProcess,
  trainedProcess,
} from "./experiments/gp/gp_kept.ts";
export { drawFunction, predictFunction } from "./experiments/gp/gp_predictions.ts";
export { gpKernelTable, gpRangeTable } from "./experiments/gp/gp_tables.ts";
export { scaleSteps } from "./experiments/scaling/scaling.ts";
export { scalePrediction } from "./experiments/scaling/prediction_cost.ts";
export { runImages } from "./experiments/images/images.ts";
export { placeLikelihood } from "./experiments/images/images_baseline.ts";
export { loadImageData } from "./experiments/images/images_data.ts";
export { completionFigures, imageFigure } from "./experiments/images/images_figures.ts";
export { imageContext } from "./experiments/images/images_settings.ts";
export { celebaTable, imageTable } from "./experiments/images/images_tables.ts";
export { imageCalibration, trainedImages } from "./experiments/images/images_trained.ts";
export { celebaVerdict, imageVerdict } from "./experiments/images/images_verdict.ts";
export { keptCosts, processCosts } from "./experiments/large_contexts/process_cost_sweep.ts";
export { stepTimes } from "./experiments/large_contexts/process_cost.ts";
export { asCostModels } from "./experiments/large_contexts/process_cost_step.ts";
export { againstTable, costFigure, withKept } from "./experiments/large_contexts/process_cost_view.ts";
export {
  likelihoodByContext,
  likelihoodRecords,
  likelihoodsOf,
} from "./experiments/large_contexts/large_contexts.ts";
export {
  brieflyTrained,
  loadStreamed,
  longestTrained,
} from "./experiments/large_contexts/large_contexts_model.ts";
export { likelihoodTable } from "./experiments/large_contexts/large_contexts_table.ts";
export { largePredictions } from "./experiments/large_contexts/large_contexts_prediction.ts";
export {
  claimsTable,
  largeClaims,
  largeVerdict,
} from "./experiments/large_contexts/large_contexts_claims.ts";
export { runImputation } from "./experiments/imputation/imputation.ts";
export { asImputationModels } from "./experiments/imputation/imputation_settings.ts";
export {
  imputationBinFigure,
  imputationBinTable,
  imputationCosts,
  imputationFigure,
  imputationTable,
} from "./experiments/imputation/imputation_tables.ts";
export { imputationVerdict } from "./experiments/imputation/imputation_verdict.ts";
export { asClassicalModels, runClassical } from "./experiments/imputation/imputation_classical.ts";
export { runBeagleWindows } from "./experiments/imputation/imputation_beagle.ts";
export { runHaplotypes } from "./experiments/imputation/haplotypes.ts";
export { haplotypeModel } from "./experiments/imputation/haplotypes_settings.ts";
export { cohortFile, cohortTruth, runCohort } from "./experiments/imputation/cohort.ts";
export { cohortTable, dosageFigure } from "./experiments/imputation/cohort_tables.ts";
export { runImputationMany } from "./experiments/imputation_many/imputation_many.ts";
export { manyFigure, manyShareFigure } from "./experiments/imputation_many/imputation_many_figures.ts";
export { asManyBlocks, asManyModels } from "./experiments/imputation_many/imputation_many_settings.ts";
export {
  manyMaskingTable,
  manyShareTable,
  manyTable,
  manyWindowTable,
} from "./experiments/imputation_many/imputation_many_tables.ts";
export { manyVerdict, memoryVerdict } from "./experiments/imputation_many/imputation_many_verdict.ts";
export {
  imputationMemoryFigure,
  imputationMemoryTable,
  runImputationMemory,
} from "./experiments/imputation_many/imputation_memory.ts";
export * as aq from "arquero";

/** The path of a file of this workspace, wherever a notebook runs; its folder is made, so that the file can be written. */
export function workspaceFile(path: string): string {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}
