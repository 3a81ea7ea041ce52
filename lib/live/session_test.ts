import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { UserError } from "../errors.ts";
import { whole } from "../options.ts";
import { emptyCourse } from "../progress/course.ts";
import { progress } from "../progress/progress.ts";
import type { Bench, Made } from "./bench.ts";
import { drawnControls, log, range } from "./controls.ts";
import { createSession, type PanelState } from "./session.ts";

const made = (h: number, steps: number, stopped = false): Made<string> => ({
  options: { h },
  scores: { rmse: 10 / h },
  course: { ...emptyCourse(), validation: [[1, 1], [steps, 1 / h]], best: steps },
  steps,
  stopped,
  seconds: 1,
  value: `h ${h}`,
  continue: (more) => Promise.resolve(made(h, steps + more)),
});

/** Trains for as long as nobody stops it, or a moment. */
const bench: Bench<string> = {
  title: "a bench",
  options: { h: whole("inducing points", ["h"]) },
  defaults: { h: 10 },
  async make({ h }, signal) {
    if (h === 13) throw new UserError("13 is no number to train with");
    const course = emptyCourse();
    const bar = progress(100, { label: "training", course });
    course.train.push([1, 0.5]);
    bar.update(1);
    if (h === 20 && !signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    await bar.done();
    return made(h as number, signal.aborted ? 1 : 100, signal.aborted);
  },
};

const controls = { h: range(2, 40) };

Deno.test("a run is in the list with its curve, the next one beside it, and the notebook has both", async () => {
  const session = createSession(bench, controls);
  const states: PanelState[] = [];
  const end = session.watch((state) => states.push(state));
  await session.run({ h: 5 });
  await session.run({ h: 10 });
  end();
  deepEqual(session.trials.map(({ value }) => value), ["h 5", "h 10"]);
  deepEqual(session.state().curves.map(({ name }) => name), ["1: h 5", "2: h 10"]);
  deepEqual(session.state().table.head, ["run", "h", "steps", "best step", "rmse", "time"]);
  deepEqual(session.state().table.rows[1]!.cells.map(({ best }) => best), [false, false, false, true, false]);
  const live = states.find(({ running }) => running?.line.includes("1 of 100"));
  deepEqual(live?.curves.at(-1), { name: "now", train: [[1, 0.5]], validation: [] });
  match(session.state().message, /^done after 100 steps/);
});

Deno.test("Stop ends what trains, and a second Run is refused until then", async () => {
  const session = createSession(bench, controls);
  const running = session.run({ h: 20 });
  await rejects(session.run({ h: 5 }), /a training is under way/);
  await rejects(createSession(bench, controls).run({ h: 5 }), /a training of another panel is under way/);
  session.stop();
  equal(session.state().running?.stopping, true);
  await running;
  deepEqual(session.trials.map(({ stopped }) => stopped), [true]);
  match(session.state().message, /^stopped after 1 steps/);
});

Deno.test("Continue adds steps to a run, as a run of its own", async () => {
  const session = createSession(bench, controls, [made(5, 100), made(10, 50)]);
  await session.continue(20, 0);
  await session.continue(20);
  deepEqual(session.trials.map(({ steps }) => steps), [100, 50, 120, 140]);
  await rejects(session.continue(20, 7), /there is no run 8/);
});

Deno.test("what goes wrong is said, and the next run goes on", async () => {
  const session = createSession(bench, controls);
  await rejects(session.run({ h: 13 }), /13 is no number/);
  equal(session.state().message, "13 is no number to train with");
  await session.run({ h: 5 });
  equal(session.trials.length, 1);
});

Deno.test("controls are checked when they are made, with every value that they can give", () => {
  const drawn = (given: Parameters<typeof drawnControls>[0]) =>
    drawnControls(given, bench.options, bench.defaults);
  throws(() => drawn({ hh: [1] }), /panel: there is no option "hh"; known: h/);
  throws(
    () => drawn({ h: [5, 0] }),
    /option "h" \(inducing points\): expected a whole number from 1, found 0/,
  );
  throws(() => drawn({ h: [] }), /panel: h: expected at least one value/);
  throws(() => drawn({ h: range(9, 3) }), /panel: h: expected a list of values, or a slider/);
  deepEqual(drawn({ h: [20, 5] }), [{
    name: "h",
    about: "inducing points",
    value: 10,
    choices: [5, 10, 20],
  }]);
  deepEqual(drawn({ h: log(1, 100) }), [
    { name: "h", about: "inducing points", value: 10, least: 1, most: 100, log: true },
  ]);
});
