import { deepEqual, equal, throws } from "node:assert/strict";
import { plainText } from "./format.ts";
import { declaredParameters, type ParameterValue, parseSettings, withParameters } from "./parameters.ts";
import { code, notebook, prose } from "./support_test.ts";

const SOURCE = `// What is run.
const folds = 3; // of ten
const rate: number = 1e-3;
const rows = 10_000;
const verbose = false;
const name = 'it; runs'; // a semicolon inside
const sets = [
  "boston",
  "yacht",
];
const sizes = [8, 16];
const model = makeModel(folds);
let note = "";`;

const declaring = () => notebook(prose("# Title"), code(SOURCE, { tags: ["parameters"] }), code("folds;"));
const parse = (...settings: string[]) =>
  Object.fromEntries(parseSettings(settings, declaredParameters(declaring()), "a.ipynb"));

Deno.test("constants with plain values are parameters, computed ones are not", () => {
  deepEqual(Object.fromEntries(declaredParameters(declaring())), {
    folds: 3,
    rate: 1e-3,
    rows: 10_000,
    verbose: false,
    name: "it; runs",
    sets: ["boston", "yacht"],
    sizes: [8, 16],
    note: "",
  });
});

Deno.test("settings take the type of the default", () => {
  const values = parse("folds=5", "verbose=true", "name=a=b", "sets=a, b", "sizes=1,2", "note=");
  deepEqual(values, { folds: 5, verbose: true, name: "a=b", sets: ["a", "b"], sizes: [1, 2], note: "" });
});

Deno.test("an unknown parameter is reported with the nearest ones", () => {
  throws(() => parse("fold=5"), /--set fold: a\.ipynb has no parameter "fold"; nearest: folds/);
});

Deno.test("a value of another type is reported with the default", () => {
  throws(() => parse("folds=many"), /--set folds: expected a number \(the default is 3\), found "many"/);
  throws(() => parse("folds="), /expected a number/);
  throws(() => parse("verbose=1"), /expected true or false/);
  throws(() => parse("sizes=1,x"), /expected numbers with commas/);
  throws(() => parse("folds"), /expected NAME=VALUE/);
});

Deno.test("a notebook without parameters says so", () => {
  const declared = declaredParameters(notebook(code("const folds = 3;")));
  throws(
    () => parseSettings(["folds=3"], declared, "a.ipynb"),
    /a\.ipynb has no parameters \(no cell tagged/,
  );
});

Deno.test("values are declared again right after the defaults, and replace those of an earlier run", () => {
  const values = (folds: ParameterValue) =>
    new Map<string, ParameterValue>([["folds", folds], ["sets", ["a", "b"]]]);
  const again = withParameters(withParameters(declaring(), values(4)), values(5));
  deepEqual(again.cells.map(({ metadata }) => metadata.tags?.[0]), [
    undefined,
    "parameters",
    "injected-parameters",
    undefined,
  ]);
  equal(
    plainText(again.cells[2]!.source),
    '// Set for this run.\nconst folds = 5;\nconst sets = ["a", "b"];',
  );
});

Deno.test("without settings a notebook stays as it is", () => {
  deepEqual(withParameters(declaring(), new Map()), declaring());
});
