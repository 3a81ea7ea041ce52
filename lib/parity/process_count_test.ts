import { deepEqual, equal } from "node:assert/strict";
import { readStored, storedPath } from "./stored.ts";
import type { Parameter } from "../nn/parameters.ts";
import { sameNames } from "./reference_names.ts";
import { GP_DIMS, IMAGE_DIMS, type NeuralProcessDims } from "../models/process/dims.ts";
import { anp, banp, bnp, canp, cipnp, cnp, ipnp, np } from "../models/process/models.ts";
import { olderIpnp } from "./older_ipnp.ts";
import { publishedSpin } from "../models/process/registry.ts";
import { GP_TNP } from "../models/process/tnp/options.ts";
import { tnpa } from "./tnpa.ts";
import { tnpd } from "../models/process/tnp/tnpd.ts";
import { GP_TNPND, tnpnd } from "./tnpnd.ts";

interface Model {
  parameters: Parameter[];
}

const models = (dims: NeuralProcessDims): Record<string, (m: number) => Model> => ({
  cnp: () => cnp(dims, 0),
  canp: () => canp(dims, 0),
  np: () => np(dims, 0),
  anp: () => anp(dims, 0),
  bnp: () => bnp(dims, 0),
  banp: () => banp(dims, 0),
  ipanp: (m) => ipnp(dims, publishedSpin(m), 0),
  ipcanp: (m) => cipnp(dims, publishedSpin(m), 0),
  tnpd: () => tnpd({ ...GP_TNP, dimX: dims.dimX, dimY: dims.dimY }, 0),
  tnpa: () => tnpa({ ...GP_TNP, dimX: dims.dimX, dimY: dims.dimY }, 0),
  tnpnd: () => tnpnd({ ...GP_TNPND, dimX: dims.dimX, dimY: dims.dimY }, 0),
});

const OLDER = {
  dimX: 1,
  dimY: 1,
  dataEmbDim: 64,
  dataEmbDepth: 2,
  decDim: 128,
  boundStd: false,
  spin: publishedSpin(8),
};

const MODELS: Record<string, Record<string, (m: number) => Model>> = {
  gp: { ...models(GP_DIMS), ipnp: () => olderIpnp(OLDER, 0) },
  celeba: models(IMAGE_DIMS),
};

const count = ({ parameters }: Model) => parameters.reduce((sum, parameter) => sum + parameter.count, 0);

/** What the authors' code allocates, by its names of models and settings. */
interface Published {
  constructor: { num_induce?: number };
  /** By range of context sizes, or for all. */
  parameter_count: Record<string, number>;
  parameters: Record<string, number[]>;
}

const stored = await storedPath(
  new URL("../../data/golden/config_parameters.json", import.meta.url).pathname,
);
const published: Record<string, Published> = JSON.parse(
  new TextDecoder().decode(await readStored(stored, "description")),
);

for (const [setting, { constructor, parameter_count, parameters }] of Object.entries(published)) {
  const [task, kind] = setting.split("/") as [string, string];
  const build = MODELS[task]?.[kind];
  Deno.test(`${setting} has the parameters of the reference, by name and shape`, () => {
    const found = sameNames(build!(constructor.num_induce ?? 0).parameters);
    deepEqual(Object.fromEntries(found.map(({ name, shape }) => [name, shape])), parameters);
  });
  for (const [range, expected] of Object.entries(parameter_count)) {
    Deno.test(`${setting} has ${expected} parameters (${range})`, () => {
      equal(count(build!(Number(/num_induce (\d+)/.exec(range)?.[1] ?? 0))), expected);
    });
  }
}
