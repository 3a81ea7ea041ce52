import { deepEqual, equal, match, throws } from "node:assert/strict";
import { DISPLAY } from "../display.ts";
import { emptyCourse } from "../progress/course.ts";
import { scatter } from "../plots/mod.ts";
import { recordOf } from "../results/support_test.ts";
import { compare, trialFigure, trialNames, trialTable } from "./compare.ts";
import { slides } from "./slides.ts";
import type { Trial } from "./trial.ts";

const trial = (
  options: Record<string, unknown>,
  rmse: number,
  points: [number, number][] = [[1, 2], [9, 1]],
): Trial => ({
  options,
  scores: { rmse },
  course: { ...emptyCourse(), validation: points, best: 9 },
  steps: 9,
  stopped: false,
  seconds: 2,
});

Deno.test("runs are named by the options in which they differ, and the best of a score is marked", () => {
  const trials = [trial({ h: 5, rate: 0.01, steps: 9 }, 3), trial({ h: 20, rate: 0.01, steps: 18 }, 2)];
  deepEqual(trialNames(trials), ["1: h 5", "2: h 20"]);
  deepEqual(trialNames(trials.slice(1)), ["run 1"]);
  const { head, rows } = trialTable(trials);
  deepEqual(head, ["run", "h", "steps", "best step", "rmse", "time"]);
  deepEqual(rows.map(({ cells }) => cells[3]), [{ text: "3", best: false }, { text: "2", best: true }]);
});

Deno.test("the curves of runs are in one figure, one of a single point too; without any there is none", () => {
  const figure = trialFigure([trial({ h: 5 }, 3), trial({ h: 20 }, 2, [[1, 1]])])!.outerHTML;
  match(figure, /1: h 5[\s\S]*2: h 20/);
  equal(trialFigure([trial({}, 1, [])]), undefined);
});

Deno.test("records are compared by their data, their model and their hyperparameters", () => {
  const record = recordOf({ configuration: { model: { h: 10 }, learningRate: 0.01 } });
  const other = { ...record, configuration: { model: { h: 20 }, learningRate: 0.01 } };
  const { figure, table } = compare([record, other]);
  equal(figure, undefined);
  deepEqual(table.head.slice(0, 3), ["run", "h", "steps"]);
  throws(() => compare([]), /at least one run/);
  throws(() => compare([3] as never), /at least one run: fitted models or records/);
  throws(() => slides([{ label: "a" }] as never), /a list of \{ label, figure \}/);
});

Deno.test("figures behind a slider are all in the page, the first one seen", () => {
  const figure = scatter([{ series: "a", x: 1, y: 1 }, { series: "a", x: 2, y: 3 }], {
    title: "t",
    x: { label: "x" },
    y: { label: "y" },
  });
  const shown = slides([{ label: "8", figure }, { label: '"32"', figure }], "points") as Record<
    symbol,
    () => Record<string, string>
  >;
  const html = shown[DISPLAY]!()["text/html"]!;
  equal(html.match(/<svg/g)!.length, 2);
  equal(html.match(/ hidden>/g)!.length, 1);
  match(html, /max="1"/);
});
