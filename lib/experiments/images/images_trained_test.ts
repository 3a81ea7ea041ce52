import { equal, ok, rejects } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import { findRecord } from "../../results/mod.ts";
import { imageRuns } from "./images.ts";
import { imageCalibration, trainedImages } from "./images_trained.ts";
import { KEPT_RECORDS, KEPT_WEIGHTS } from "../profiles.ts";

/** The models whose weights are kept for the notebook. */
const KEPT = {
  profile: "quick",
  data: "digits",
  models: ["canp", "ipnp"],
  contexts: [[8, 16]],
  seeds: [0],
  steps: 8000,
  schedule: "cosine",
} as const;

xlaTest("kept weights belong to kept records, and give their calibration again", async () => {
  const trained = await trainedImages(KEPT, KEPT_WEIGHTS);
  const records = await Promise.all(
    imageRuns(KEPT, trained.data).map(({ identity }) => findRecord(KEPT_RECORDS, identity)),
  );
  equal(records.filter((record) => record !== undefined).length, 2);
  const [canp] = await imageCalibration({ ...trained, models: trained.models.slice(0, 1) });
  // The weights have 16 bits, those of the run had 32.
  ok(Math.abs(canp!.score - records[0]!.metrics["calibration"]!) < 1e-3);
  trained.dispose();
});

xlaTest("weights that are not there are named", async () => {
  await rejects(trainedImages({ ...KEPT, steps: 1 }, KEPT_WEIGHTS), /images_quick_digits.*canp.*safetensors/);
});
