import type { CostModel, StepSize } from "./process_cost_step.ts";

/** Heads of all attentions; TNP-D has 4, and 6 layers. */
const HEADS = 8;
const [TNP_HEADS, TNP_LAYERS] = [4, 6];
const FLOAT = 4;

/**
 * Attention scores of a training step for one head and one task, by the published formulas: n context points among N
 * points, m inducing points, K bootstraps. 0 for models without attention, and for those whose scores are never all
 * there at once.
 */
export function scoreEntries(
  model: CostModel,
  { context: n, targets, induce: m, samples }: StepSize,
): number {
  const all = n + targets;
  const canp = 2 * n * n + all * n;
  switch (model) {
    case "canp":
      return canp;
    case "anp":
      return canp + all * all;
    case "banp":
      return (samples + 1) * canp + samples * 3 * n * n;
    case "tnpd":
      return TNP_LAYERS * all * n;
    case "cipnp":
    case "cipnp-fast":
    case "cipnp-sharp":
      return 2 * m * n + all * m;
    case "ipnp":
    case "ipnp-fast":
    case "ipnp-sharp":
      return 2 * m * n + 2 * m * all;
    default:
      return 0;
  }
}

/**
 * Bytes that a training step needs at least: its attention scores, once. They have to be kept for the gradient, so no
 * compiler can do with less. It takes no time, where compiling a program far beyond the memory takes minutes.
 */
export const leastBytes = (model: CostModel, size: StepSize): number =>
  scoreEntries(model, size) * (model === "tnpd" ? TNP_HEADS : HEADS) * size.batch * FLOAT;
