import { equal, match, ok } from "node:assert/strict";
import { courseSvg, emptyCourse } from "./course.ts";

const words: [string, string] = ["training 50 %", "45 /s · 1 s left"];

Deno.test("a curve has its words, both lines, and the best step", () => {
  const svg = courseSvg(
    { train: [[1, 1], [50, 0.1]], validation: [[25, 0.4], [50, 0.2]], best: 50 },
    words,
    100,
  )!;
  match(svg, /training 50 %[\s\S]*45 \/s · 1 s left/);
  equal(svg.match(/<polyline/g)!.length, 2);
  match(svg, /best: 0\.2 at step 50/);
  ok(!svg.includes("NaN"));
});

Deno.test("without a number there is nothing to draw, and what is no number is left out", () => {
  equal(courseSvg(emptyCourse(), words, 10), undefined);
  equal(courseSvg({ train: [], validation: [[1, NaN]] }, words, 10), undefined);
  const svg = courseSvg({ train: [[1, 0.5]], validation: [[1, NaN]] }, words, 10)!;
  ok(!svg.includes("NaN") && !svg.includes("Infinity"));
});

Deno.test("losses below 0 are drawn on a plain axis", () => {
  const svg = courseSvg({ train: [[1, 1], [9, -1]], validation: [] }, words, 10)!;
  match(svg, />-1<[\s\S]*>0</);
});

Deno.test("a long training's curve is thinned, with its last point", () => {
  const train = Array.from({ length: 10_000 }, (_, i): [number, number] => [i + 1, 1 + i % 7]);
  const svg = courseSvg({ train, validation: [] }, words, 10_000)!;
  const points = /points="([^"]*)"/.exec(svg)![1]!.split(" ");
  ok(points.length <= 301 && svg.length < 20_000);
  match(points.at(-1)!, /^624\.0,/);
});
