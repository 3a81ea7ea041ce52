import { equal, match } from "node:assert/strict";
import { renderFormulas } from "./render.ts";

Deno.test("formulas become MathML, in the line or displayed", () => {
  match(
    renderFormulas('<p>a <tex-math display="inline">x^2</tex-math></p>'),
    /^<p>a <math><msup><mi>x<\/mi><mn[^>]*>2<\/mn>/,
  );
  match(
    renderFormulas('<tex-math display="block">\\begin{aligned} a &amp;= b \\end{aligned}</tex-math>'),
    /^<math tabindex="0" display="block"/,
  );
});

Deno.test("what is not valid TeX is shown as it was written", () => {
  match(
    renderFormulas('<tex-math display="inline">\\frac{</tex-math>'),
    /<code class="error">\\frac\{<\/code>/,
  );
});

Deno.test("a page without formulas stays as it is", () => {
  equal(renderFormulas("<p>$5</p>"), "<p>$5</p>");
});
