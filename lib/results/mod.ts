/** Records of runs, their summaries and tables. */
export { type Environment, environment, peakResidentBytes } from "./environment.ts";
export { exportTable } from "./export.ts";
export { TABLE_FORMATS, toCsv, toLatex } from "./formats.ts";
export { type Json, recordName, type RunIdentity, type RunOutcome, type RunRecord } from "./record.ts";
export { shownRecord, shownRecords } from "./shown.ts";
export {
  type ColdRecord,
  coldTable,
  type ColdTime,
  firstStepTable,
  programName,
  residentTable,
  type Speed,
  stepRatio,
  stepTable,
} from "./speed.ts";
export { findRecord, readRecords, writeRecord } from "./store.ts";
export {
  averageRanks,
  criticalDifference,
  geometricMean,
  latestConfiguration,
  median,
  type Score,
  spread,
  summarise,
} from "./summary.ts";
export {
  classicalScores,
  costTable,
  counted,
  formatBytes,
  formatScore,
  formatSeconds,
  scoreTable,
} from "./tables.ts";
export { type Cell, cell, escapeHtml, NOTHING, type TableView, toHtml, toMarkdown, toText } from "./view.ts";
