import type { StepConfig } from "./sizes.ts";
import { engineSystem, type System, type Twin, twinSystem } from "./systems.ts";

/** Whether the twin computes what we compute. */
export interface Parity {
  label: string;
  parameters: { ours: number; twin: number };
  /** Losses of the same steps from the same weights on the same data, without dropout. */
  losses: { ours: number[]; twin: number[] };
  /** Largest difference of two losses, relative to the twin's. */
  difference: number;
}

const STEPS = 4;
/** Seconds; never reached. */
const PATIENCE = 600;

/** Lets our cpu engine and the twin start from the same weights; equal losses need equal models, gradients and optimisers. */
export async function parity(
  label: string,
  config: StepConfig,
  twin: Twin,
): Promise<Parity> {
  const weights = await Deno.makeTempFile({ suffix: ".safetensors" });
  const open: System[] = [];
  try {
    const ours = await engineSystem("cpu", config, { weights });
    open.push(ours);
    const theirs = await twinSystem({ ...twin, device: "cpu" }, config, weights);
    open.push(theirs);
    const [a, b] = [await ours.steps(STEPS, PATIENCE), await theirs.steps(STEPS, PATIENCE)];
    return {
      label,
      parameters: { ours: ours.parameters, twin: theirs.parameters },
      losses: { ours: a.losses, twin: b.losses },
      difference: Math.max(...a.losses.map((loss, i) => Math.abs(loss - b.losses[i]!) / b.losses[i]!)),
    };
  } finally {
    await Promise.all(open.map((system) => system.close()));
    await Deno.remove(weights);
  }
}
