import { findTensorflow } from "../engine/tensorflow_bundle.ts";
import { parityTest } from "./testing.ts";

for (const engine of ["cpu", "wasm"]) parityTest(engine);
parityTest("tensorflow", await findTensorflow() ? undefined : "not installed, see task setup --tensorflow");
