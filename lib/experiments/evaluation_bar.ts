import { type EvaluationSet, evaluationSet, type EvaluationSpec } from "../data/gp/mod.ts";
import { UserError } from "../errors.ts";
import { type Progress, progress, stopRequested } from "../progress/mod.ts";

/**
 * The evaluation set of a description, with a progress line while it is made for the first time.
 *
 * @throws UserError if it was stopped meanwhile: what was made is lost.
 */
export async function preparedSet(spec: EvaluationSpec): Promise<EvaluationSet> {
  const stop = new AbortController();
  let bar: Progress | undefined;
  const set = await evaluationSet(spec, {
    signal: stop.signal,
    onBatch(done, of) {
      bar ??= progress(of, { label: `evaluation tasks, ${spec.kernel}` });
      bar.update(done);
      if (stopRequested()) stop.abort(new UserError("stopped while evaluation tasks were made"));
    },
  });
  await bar?.done();
  return set;
}
