import type { ImageSource } from "../../data/images/tasks.ts";
import type { EvaluationTasks } from "../../train/process/evaluate.ts";
import { countsOf } from "../../train/process/evaluation_tasks.ts";
import { layoutOf, type Parts, pointsOf } from "../../train/process/layout.ts";

/** Every model is tested on the same tasks, whatever its own seed is. */
const EVALUATION_SEED = 0;

/**
 * The images of a source in their order, each once; the last batch may be smaller. Counts and pixels of a batch are always
 * the same, and others than those of training.
 *
 * @param count how many images the source has
 * @param batches the first so many; all unless given
 */
export function imageEvaluation(
  source: ImageSource,
  count: number,
  parts: Parts,
  batches: number | null = null,
): EvaluationTasks {
  const { batch } = source;
  const all = Math.ceil(count / batch);
  return {
    batches: Math.min(batches ?? all, all),
    at(index) {
      const key = [EVALUATION_SEED, -1 - index] as const;
      const counts = countsOf(source, key);
      const layout = layoutOf(source, counts, parts);
      const size = Math.min(batch, count - index * batch);
      const indices = Array.from({ length: size }, (_, i) => index * batch + i);
      return { points: source.of(indices, key, pointsOf(layout)), counts, layout };
    },
  };
}
