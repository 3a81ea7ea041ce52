import assert from "node:assert/strict";
import { type Figure, toSvg } from "./figure.ts";
import { methodDots } from "./method_dots.ts";
import { logLog, lossCurve, predictedVsTrue, scatter, slopesOf } from "./plane.ts";
import type { Point } from "./theme.ts";
import { testSnapshot } from "./support_test.ts";
import { stylesOf } from "./theme.ts";

const growth: Point[] = [64, 256, 1024, 4096].flatMap((x) => [
  { series: "spin", x, y: 4e4 * x },
  { series: "npt", x, y: 1e4 * x + 80 * x * x },
]);

const FIGURES: Record<string, () => Figure> = {
  scatter: () =>
    scatter([{ series: "a & b", x: 1, y: 2000 }, { series: "b", x: 2, y: 12000 }, {
      series: "b",
      x: 4,
      y: 7000,
    }], {
      title: "a < b & c",
      x: { label: "feature" },
      y: { label: "target" },
    }),
  "log-log": () =>
    logLog(growth, {
      title: "Memory of a training step",
      subtitle: "d = 14",
      x: { label: "rows n" },
      y: { label: "temporary memory", unit: "bytes" },
    }),
  "loss-curve": () =>
    lossCurve(
      [[0, 1, 1.2], [100, 0.4, 0.6], [200, 0.2, NaN], [300, 0.1, 0.5]].flatMap(([step, train, val]) => [
        { series: "train", step: step!, value: train! },
        { series: "validation", step: step!, value: val! },
      ]),
      { title: "Training", best: 300 },
    ),
  predicted: () =>
    predictedVsTrue(
      [[5, 6], [20, 18], [50, 47]].map(([truth, predicted]) => ({
        series: "spin",
        truth: truth!,
        predicted: predicted!,
      })),
      { title: "Boston housing", target: "value, 1000 USD" },
    ),
  "method-dots": () =>
    methodDots(
      [["spin", 0.8, 0.1], ["npt", 1.4, 0.2], ["xgboost", NaN, NaN]].flatMap(([model, mean, error]) =>
        ["yacht", "energy"].map((data) => ({
          data,
          model: String(model),
          metric: "rmse",
          mean: Number(mean),
          standardError: Number(error),
        }))
      ),
      { title: "UCI", subtitle: "quick, 3 of 10 folds" },
    ),
};

for (const [name, draw] of Object.entries(FIGURES)) testSnapshot(name, draw);

Deno.test("an SVG file stands alone: namespace, white ground, title, legend, no style sheet", () => {
  const svg = toSvg(FIGURES["scatter"]!());
  assert.match(
    svg,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
  );
  assert.match(svg, /<rect [^>]*fill="white"/);
  assert.match(svg, />a &lt; b &amp; c<\/text>/);
  assert.match(svg, />a &amp; b<\/text>/);
  for (const outside of ["<style", "currentColor", "var(", "&nbsp;", "class="]) {
    assert.ok(!svg.includes(outside), outside);
  }
});

Deno.test("a figure in a notebook is an svg element", () => {
  assert.ok(FIGURES["predicted"]!().outerHTML.startsWith("<svg "));
});

Deno.test("slopes are fitted at the large end, and a single point has none", () => {
  const slopes = slopesOf([...growth, { series: "alone", x: 5, y: 5 }]);
  assert.deepEqual([...slopes.keys()], ["spin", "npt"]);
  assert.ok(Math.abs(slopes.get("spin")! - 1) < 1e-12);
  assert.ok(slopes.get("npt")! > 1.7 && slopes.get("npt")! < 2);
  const svg = toSvg(logLog([...growth, { series: "alone", x: 5, y: 5 }], {
    title: "t",
    x: { label: "x" },
    y: { label: "y" },
  }));
  assert.match(svg, />SPIN: slope 1\.00</);
  assert.match(svg, />alone</);
});

Deno.test("a model has one colour in all figures, and names without one get different ones", () => {
  const colour = (names: string[], name: string) => stylesOf(names).get(name)!.colour;
  assert.equal(colour(["npt", "SPIN"], "SPIN"), colour(["spin"], "spin"));
  assert.equal(
    colour(["Set Transformer"], "Set Transformer"),
    colour(["set-transformer"], "set-transformer"),
  );
  const styles = stylesOf(["spin", "train", "validation", "test"]);
  assert.equal(new Set([...styles.values()].map(({ colour }) => colour)).size, 4);
});

Deno.test("neural processes have colours of their own, circles if they have inducing points and squares if not", () => {
  const names = ["cnp", "canp", "np", "anp", "bnp", "banp", "tnpd", "cipnp", "ipnp"];
  const fast = ["cipnp-fast", "ipnp-fast"];
  const variants = [...fast, ...["cipnp", "ipnp", ...fast].map((name) => `${name}-chunked`)];
  const styles = stylesOf([...names, ...variants, "cipnp-sharp", "ipnp-sharp"]);
  assert.equal(new Set([...styles.values()].map(({ colour }) => colour)).size, styles.size);
  const symbols = ["canp", "anp", "banp", "cipnp", "ipnp"].map((name) => styles.get(name)!.symbol);
  assert.deepEqual(symbols, ["square", "square", "square", "circle", "circle"]);
  assert.equal(styles.get("tnpd")!.label, "TNP-D");
  assert.equal(styles.get("ipnp-chunked")!.label, "IPNP, in pieces");
});

Deno.test("what cannot be drawn is refused", () => {
  const plane = { title: "t", x: { label: "n" }, y: { label: "time" } };
  assert.throws(() => scatter([], plane), /"n": expected finite numbers/);
  assert.throws(() => scatter([{ series: "a", x: 1, y: NaN }], plane), /"time": expected finite numbers/);
  assert.throws(
    () => logLog([{ series: "a", x: 1, y: 0 }], plane),
    /"time": a logarithmic axis needs positive/,
  );
});
