import { deepEqual, equal, throws } from "node:assert/strict";
import { checkNames, chosenOptions, differing, optionsOf, optionValue, withOptions } from "./options.ts";
import { TABLE_OPTIONS } from "./train/table/options.ts";

Deno.test("options are put in their places and read from there, and nothing else changes", () => {
  const recipe = { steps: 5, model: { h: 10, f: 4, hiddenDropout: 0, attentionDropout: 0 } };
  const changed = withOptions(recipe, TABLE_OPTIONS, { h: 20, dropout: 0.1 });
  deepEqual(changed, { steps: 5, model: { h: 20, f: 4, hiddenDropout: 0.1, attentionDropout: 0.1 } });
  equal(recipe.model.h, 10);
  deepEqual(optionsOf(TABLE_OPTIONS, changed), { steps: 5, dropout: 0.1, h: 20, f: 4 });
});

Deno.test("a value out of range is refused with what it is about, a name with its nearest", () => {
  throws(
    () => chosenOptions(TABLE_OPTIONS, { h: 0 }),
    /option "h" \(.*H_D\): expected a whole number from 1, found 0/,
  );
  throws(
    () => chosenOptions(TABLE_OPTIONS, { rate: "fast" }),
    /"rate".*expected a number above 0, found "fast"/,
  );
  throws(() => chosenOptions(TABLE_OPTIONS, { dropout: 1 }), /from 0 to below 1, found 1/);
  throws(() => chosenOptions(TABLE_OPTIONS, { schedule: "flat" }), /expected one of flat_and_anneal, /);
  throws(
    () => checkNames({ widht: 1 }, Object.keys(TABLE_OPTIONS), "fitTable"),
    /fitTable: there is no option "widht"; nearest: width,/,
  );
  deepEqual(chosenOptions(TABLE_OPTIONS, { h: undefined, table: 1, f: 3 }), { f: 3 });
});

Deno.test("text from a notebook's or a command's parameters becomes a number where an option is one", () => {
  equal(optionValue(TABLE_OPTIONS.rate, "1e-3"), 1e-3);
  equal(optionValue(TABLE_OPTIONS.rate, "quick"), "quick");
  equal(optionValue(TABLE_OPTIONS.schedule, "cosine"), "cosine");
});

Deno.test("what differs between sets of options is named", () => {
  deepEqual(differing([{ h: 1, f: 2 }, { h: 1, f: 3, rate: 1 }]), ["f", "rate"]);
  deepEqual(differing([{ h: 1 }]), []);
});

Deno.test("every option takes what the default recipe has in its place", async () => {
  const { defaultRecipe } = await import("./tabular/mod.ts");
  const options = optionsOf(TABLE_OPTIONS, defaultRecipe("spin-context", 1000, 10, 42));
  deepEqual(Object.keys(options), Object.keys(TABLE_OPTIONS));
  chosenOptions(TABLE_OPTIONS, options);
});
