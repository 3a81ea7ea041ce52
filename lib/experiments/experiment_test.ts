import { deepEqual, throws } from "node:assert/strict";
import { changed, type Changes, type Settings } from "./experiment.ts";

interface Own extends Settings {
  models: (string | { name: string; build?: () => void })[];
  seeds: number[];
  steps: number;
  rate: number;
}

const own = (changes?: Changes<Own>): Own =>
  changed<Own>({ profile: "quick", models: ["spin", "npt"], seeds: [0], steps: 5, rate: 0.1 }, changes, {
    models: ["spin", "npt", "set-transformer"],
  });

Deno.test("nothing, empty lists and texts and 0 steps keep the defaults", () => {
  deepEqual(own({ models: [], seeds: "", steps: 0, rate: undefined }), own());
  deepEqual(own({ rate: 0 }).rate, 0);
});

Deno.test("lists come as such, as words with commas, or as one; none is an empty one", () => {
  deepEqual(own({ models: "npt, set-transformer", seeds: "1,2" }), {
    ...own(),
    models: ["npt", "set-transformer"],
    seeds: [1, 2],
  });
  deepEqual(own({ seeds: [64, 64] }).seeds, [64, 64]);
  const variant = { name: "mine", build: () => {} };
  deepEqual(own({ models: ["spin", variant] }).models, ["spin", variant]);
  deepEqual(own({ models: "none" }).models, []);
});

Deno.test("what there is not is named with the nearest there is", () => {
  throws(() => own({ model: "spin" } as Changes<Own>), /there is no setting "model"; known: models/);
  throws(() => own({ models: "sipn" }), /models: there is no "sipn"; known: /);
  throws(() => own({ models: "spin,spin" }), /models: "spin" is there twice/);
  const build = () => {};
  throws(() => own({ models: [{ name: "spin", build }] }), /"spin" is the name of a model that there is/);
  throws(() => own({ models: [{ name: "" }] }), /expected a name, or \{ name, build \}/);
  throws(() => own({ models: 3 as unknown as string }), /models: expected names, found 3/);
  throws(() => own({ seeds: "one" }), /seeds: expected numbers, found "one"/);
  throws(() => own({ rate: "fast" }), /rate: expected a number, found "fast"/);
  throws(() => own({ steps: 1.5 }), /steps: expected a whole number from 0, found 1.5/);
});
