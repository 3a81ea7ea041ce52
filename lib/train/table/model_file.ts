import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import type { Column, EncodedTable, StoredTensor, TensorFile } from "../../data/mod.ts";
import { parseSchema, readSafetensors, writeSafetensors } from "../../data/mod.ts";
import { currentEngine, type EngineInfo } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { buildDigest, type BuildTableModel, type TableModel } from "../../models/table/mod.ts";
import { createPredictor, keepsOf, type Predictor } from "./predictor.ts";
import { completeRecipe, type Recipe } from "./recipe.ts";
import { modelOf } from "./task.ts";

/** A trained model as it goes to a file and comes back: it predicts without the table it was trained on. */
export interface TrainedModel {
  /** The schema of its tables, targets included. */
  columns: Column[];
  model: TableModel;
  recipe: Recipe;
  predictor: Predictor;
  /** Scores on the validation rows, by name; null where one is not a finite number. */
  metrics: Record<string, number | null>;
}

/** What a file says of its own making. */
interface ModelOrigin {
  engine: EngineInfo;
  /** The version of Deno. */
  deno: string;
}

const KIND = "spin trained model";
const VERSION = "1";
const WEIGHT = "weight/";
const latentsOf = (member: number) => member === 0 ? "kept/latents" : `kept/member${member}.latents`;
const ROWS = { values: "kept/values", codes: "kept/codes", missing: "kept/missing" };

/**
 * Writes a trained model as one safetensors file, whole or not at all: weights by parameter name; what prediction
 * keeps of the training rows (H_D, or the encoded rows); schema, recipe, scores and origin as metadata, and of a model of
 * one's own the digest of the function that made it. The file has no date, so equal trainings give equal bytes.
 *
 * @throws UserError if the file cannot be written.
 */
export async function saveModel(path: string, trained: TrainedModel): Promise<void> {
  const { columns, model, recipe, predictor, metrics } = trained;
  const tensors = new Map<string, StoredTensor>();
  for (const { name, variable } of model.parameters) tensors.set(WEIGHT + name, await stored(variable));
  const kept = predictor.kept();
  if (Array.isArray(kept)) {
    for (const [i, latents] of kept.entries()) tensors.set(latentsOf(i), await stored(latents));
  } else if (kept) {
    tensors.set(ROWS.values, await stored(kept.values));
    tensors.set(ROWS.codes, await stored(kept.codes));
    const missing = await stored(kept.missing);
    tensors.set(ROWS.missing, { dtype: "U8", shape: missing.shape, data: Uint8Array.from(missing.data) });
  }
  const origin: ModelOrigin = { engine: await currentEngine(), deno: Deno.version.deno };
  const metadata = {
    kind: KIND,
    version: VERSION,
    schema: JSON.stringify({ columns }),
    recipe: JSON.stringify({ ...recipe, model: model.config }),
    chunk: String(predictor.chunk),
    metrics: JSON.stringify(metrics),
    origin: JSON.stringify(origin),
    ...model.madeBy === undefined ? {} : { build: model.madeBy },
  };
  await writeSafetensors(path, tensors, { ...metadata, sha256: digest({ tensors, metadata }) });
}

async function stored(tensor: tf.Tensor): Promise<StoredTensor> {
  const data = await tensor.data();
  const shape = [...tensor.shape];
  return tensor.dtype === "int32"
    ? { dtype: "I32", shape, data: data as Int32Array }
    : { dtype: "F32", shape, data: data as Float32Array };
}

/** SHA-256 over all that a file holds but the digest itself. */
function digest({ tensors, metadata }: TensorFile): string {
  const { sha256: _, ...said } = metadata;
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(said).sort()));
  for (const [name, { dtype, shape, data }] of tensors) {
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

export interface LoadOptions {
  /** Makes the model, where it is one of one's own: weights alone are in the file. The function that was trained. */
  build?: BuildTableModel;
}

/**
 * Reads a model that `saveModel` wrote. On the engine it was saved from, its predictions are the same bit for bit.
 *
 * @throws UserError naming the file and the problem: absent, truncated, damaged, of another kind or version, of
 *   another `build`.
 */
export async function readModelFile(
  path: string,
  options: LoadOptions = {},
): Promise<TrainedModel & { origin: ModelOrigin }> {
  const file = await readSafetensors(path);
  const { metadata } = file;
  if (metadata["kind"] !== KIND) {
    const found = metadata["kind"] ? `a ${metadata["kind"]}` : "tensors of another origin";
    throw new UserError(`${path}: expected a ${KIND}, found ${found}`);
  }
  if (metadata["version"] !== VERSION) {
    throw new UserError(
      `${path}: expected a ${KIND} of format version ${VERSION}, found version ${metadata["version"]}`,
    );
  }
  if (metadata["sha256"] !== digest(file)) {
    throw new UserError(`${path}: the content does not have the checksum it was saved with: it is damaged`);
  }
  checkBuild(path, metadata["build"], options.build);
  try {
    return restore(path, file, options);
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith(path)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path}: this ${KIND} does not fit the models of this workspace: ${reason}`);
  }
}

/** Files written before they told the function tell nothing, and are taken with any. */
function checkBuild(path: string, made: string | undefined, build: BuildTableModel | undefined): void {
  const given = build && buildDigest(build);
  if (made === undefined || made === given) return;
  throw new UserError(
    `${path}: this model was made by a \`build\` of one's own, whose text has the digest ${made}; ` +
      (given ? `the one given, "${build!.name}", has ${given}` : "give it as the option `build`"),
  );
}

/** Stored tensors by name, checked. */
type Take = (name: string, dtype: StoredTensor["dtype"], shape: readonly (number | "n")[]) => StoredTensor;

const takeFrom = (path: string, tensors: TensorFile["tensors"]): Take => (name, dtype, shape) => {
  const tensor = tensors.get(name);
  const fits = tensor?.dtype === dtype && tensor.shape.length === shape.length &&
    shape.every((size, axis) => size === "n" || size === tensor.shape[axis]);
  if (fits) return tensor;
  const found = tensor ? `${tensor.dtype} [${tensor.shape}]` : "nothing";
  throw new UserError(`${path}: expected ${dtype} [${shape}] for "${name}", found ${found}`);
};

function restore(
  path: string,
  { tensors, metadata }: TensorFile,
  { build }: LoadOptions,
): TrainedModel & { origin: ModelOrigin } {
  const { columns } = parseSchema(metadata["schema"] ?? "", path);
  const recipe = completeRecipe(JSON.parse(metadata["recipe"] ?? "") as Partial<Recipe>);
  const take = takeFrom(path, tensors);
  const model = modelOf(columns, recipe, build);
  for (const { name, variable } of model.parameters) {
    const value = tensorOf(take(WEIGHT + name, "F32", variable.shape));
    variable.assign(value);
    value.dispose();
  }
  const keeps = keepsOf(model, recipe);
  const predictor = createPredictor({
    model,
    recipe,
    chunk: Number(metadata["chunk"]),
    context: keeps === "rows" ? keptRows(columns, model, take) : noRows(columns),
    latents: keeps === "latents"
      ? (model.members ?? [model]).map((_, i) =>
        tensorOf(take(latentsOf(i), "F32", [1, ...model.latents!])) as tf.Tensor3D
      )
      : undefined,
  });
  const metrics = JSON.parse(metadata["metrics"] ?? "") as TrainedModel["metrics"];
  const origin = JSON.parse(metadata["origin"] ?? "") as ModelOrigin;
  return { columns, model, recipe, predictor, metrics, origin };
}

const tensorOf = ({ data, shape }: StoredTensor): tf.Tensor => tf.tensor(data, shape, "float32");

function keptRows(columns: Column[], { layout }: TableModel, take: Take): EncodedTable {
  const missing = take(ROWS.missing, "U8", ["n", columns.length]);
  const rows = missing.shape[0]!;
  return {
    columns,
    rows,
    values: take(ROWS.values, "F32", [rows, layout.numeric.length]).data as Float32Array,
    codes: take(ROWS.codes, "I32", [rows, layout.categorical.length]).data as Int32Array,
    missing: missing.data as Uint8Array,
  };
}

/** A table of which only the columns matter. */
const noRows = (columns: Column[]): EncodedTable => ({
  columns,
  rows: 0,
  values: new Float32Array(),
  codes: new Int32Array(),
  missing: new Uint8Array(),
});
