import { equal, match } from "node:assert/strict";
import { csv, toCsv, toLatex } from "./formats.ts";
import { cell } from "./view.ts";

const table = {
  title: "Errors of 100 % & more",
  head: ["set, measure", "spin_a", "npt"],
  rows: [{ label: "yacht, RMSE", cells: [cell("0.77 ± 0.27", true), cell("–")] }],
  notes: ["R² of {all}."],
};

Deno.test("CSV quotes what has a comma, a quote or a line end", () => {
  equal(toCsv(table), '"set, measure",spin_a,npt\n"yacht, RMSE",0.77 ± 0.27,–\n');
  equal(csv([['a"b', "c\nd"]]), '"a""b","c\nd"\n');
});

Deno.test("LaTeX takes no label in brackets for an option of the line end or the rule before it", () => {
  const rows = [{ label: "[8,16], IPNP", cells: [cell("*")] }, { label: "*", cells: [cell("[1]")] }];
  const text = toLatex({ title: "T", head: ["[A,B]", "c"], rows, notes: [] });
  match(text, /\\toprule\n\{\[\}A,B\] & c/);
  match(text, /\\midrule\n\{\[\}8,16\], IPNP & \* \\\\\n\{\*\} & \[1\]/);
});

Deno.test("LaTeX has booktabs' rules, the best in bold, and no character that LaTeX takes for a command", () => {
  const text = toLatex(table);
  match(text, /\\begin\{tabular\}\{lrr\}\n\\toprule\nset, measure & spin\\_a & npt \\\\\n\\midrule/);
  match(text, /yacht, RMSE & \\textbf\{0\.77 \$\\pm\$ 0\.27\} & -- \\\\\n\\bottomrule/);
  match(text, /\\caption\{Errors of 100 \\% \\& more\}/);
  match(text, /\\footnotesize\nR\$\^2\$ of \\\{all\\\}\./);
});
