import type { RunRecord } from "./record.ts";

/** A complete record for tests, changed where a test says so. */
export const recordOf = (changes: Partial<RunRecord> = {}): RunRecord => ({
  format: 2,
  experiment: "uci",
  profile: "quick",
  model: "spin",
  data: { name: "yacht", sha256: "ab" },
  fold: { index: 0, of: 10 },
  seed: 1,
  configuration: { e: 32, layers: [1, 2], optimiser: { name: "lamb", rate: 0.001 } },
  status: "complete",
  reason: null,
  metrics: { rmse: 1 },
  details: {},
  seconds: { compile: 2, train: 30, evaluate: 0.5 },
  steps: 2000,
  parameters: 12345,
  memory: { compiledBytes: 2 ** 20, peakResidentBytes: 2 ** 28 },
  engine: { engine: "cpu", device: "cpu", threads: 1, tfjs: "4.22.0" },
  environment: {
    versions: { deno: "2.9.6" },
    commit: null,
    system: "linux x86_64",
    cpu: "none",
    cores: 2,
    memoryBytes: 2 ** 34,
  },
  date: "2026-01-01T00:00:00.000Z",
  ...changes,
});
