/** Weights and data of a bench's step by the names of its PyTorch twin. */
import type { BenchProcess, StepConfig, TableStep } from "../bench/sizes.ts";
import { benchPoints, type BenchStep, columnCells } from "../bench/step.ts";
import type { StoredTensor } from "../data/mod.ts";
import type { TableModel } from "../models/table/mod.ts";
import type { Parameter } from "../nn/parameters.ts";

/** Layers inside an attention block, as torch_twin.py calls them. */
const LAYERS: Record<string, string> = {
  query: "q",
  key: "k",
  value: "v",
  mix: "mix",
  residual: "res",
  norm0: "ln0",
  norm1: "ln1",
  "rff.0": "rff.0",
  "rff.1": "rff.3",
};

const PLAIN: Record<string, string> = {
  "latents.attributes.weight": "to_ha.weight",
  "latents.attributes.bias": "to_ha.bias",
  "latents.datapoints": "hd",
  "embedding.type": "kind.weight",
  "embedding.index": "index.weight",
};

/** The twin's name of an attention block: NPT's blocks alternate, the others come by pairs. */
function blockName(block: string): string {
  const [module, layer, part] = block.split(".");
  if (part === "gather" || part === "spread") return `${part}.${layer}`;
  if (module === "predictor") return layer === "attributes" ? "own" : "query";
  if (part === "abd") return `rows.${Number(layer) / 2}`;
  if (part === "aba") return `attributes.${(Number(layer) - 1) / 2}`;
  return `${part}.${layer}`;
}

/** The first `count` rows of a matrix with `width` columns, transposed if asked for. */
function matrix(data: Float32Array, count: number, width: number, transposed: boolean): StoredTensor {
  const part = data.slice(0, count * width);
  if (!transposed) return { dtype: "F32", shape: [count, width], data: part };
  const turned = part.map((_, k) => part[(k % count) * width + Math.floor(k / count)]!);
  return { dtype: "F32", shape: [width, count], data: turned };
}

/** One column's part of a stacked parameter, its padding removed. */
function columnTensor(own: Float32Array, what: string, channels: number, e: number): StoredTensor {
  const vector = (size: number): StoredTensor => ({ dtype: "F32", shape: [size], data: own.slice(0, size) });
  if (what === "embedding.bias") return vector(e);
  if (what === "heads.bias") return vector(channels);
  if (what === "heads.weight") return matrix(own, channels, e, false);
  // The mask token's row is the last one, behind the padding.
  const kept = new Float32Array((channels + 1) * e);
  kept.set(own.subarray(0, channels * e));
  kept.set(own.subarray(own.length - e), channels * e);
  return matrix(kept, channels + 1, e, true);
}

/**
 * The weights of a model and the cells it is timed on, by the names of torch_twin.py: parameters as they are,
 * cells of column j as `cells.j`.
 */
export async function twinTensors(
  { parameters, layout }: TableModel,
  config: TableStep,
): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  const e = config.embedding;
  for (const { name, shape, variable } of parameters) {
    const data = await variable.data() as Float32Array;
    const plain = PLAIN[name] ?? name.replace(/^encoder\.(\d+)\.points$/, "points.$1");
    const perColumn = /^(embedding|heads)\.(numeric|categorical)\.(weight|bias)$/.exec(name);
    const layer = /^(.+)\.(query|key|value|mix|residual|norm0|norm1|rff\.\d)\.(weight|bias)$/.exec(name);
    if (plain !== name) {
      tensors.set(plain, { dtype: "F32", shape, data });
    } else if (layer) {
      const to = `${blockName(layer[1]!)}.${LAYERS[layer[2]!]}.${layer[3]}`;
      tensors.set(
        to,
        shape.length === 2 ? matrix(data, shape[0]!, shape[1]!, true) : { dtype: "F32", shape, data },
      );
    } else if (perColumn) {
      const [module, kind, part] = perColumn.slice(1) as [string, "numeric" | "categorical", string];
      layout[kind].forEach((column, j) => {
        const to = `${module === "embedding" ? "inp" : "out"}.${column}.${part}`;
        const size = data.length / layout[kind].length;
        const own = data.subarray(j * size, (j + 1) * size);
        tensors.set(
          to,
          columnTensor(own, `${module}.${part}`, kind === "numeric" ? 1 : layout.classes[j]!, e),
        );
      });
    } else {
      throw new Error(`The twin has no place for ${name}.`);
    }
  }
  config.columns.forEach((classes, j) => {
    const data = columnCells(config, j);
    tensors.set(`cells.${j}`, { dtype: "F32", shape: [config.rows, classes || 1], data });
  });
  return tensors;
}

/** The same of IPNP, whose parameters have the reference's names: tasks as `points.x`, `points.y` and `points.noise`. */
async function processTensors(
  parameters: Parameter[],
  config: BenchProcess,
): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, variable } of parameters) {
    const data = await variable.data() as Float32Array;
    const turned = shape.length === 2;
    tensors.set(name, turned ? matrix(data, shape[0]!, shape[1]!, true) : { dtype: "F32", shape, data });
  }
  for (const [name, { shape, data }] of Object.entries(benchPoints(config))) {
    tensors.set(`points.${name}`, { dtype: "F32", shape, data });
  }
  return tensors;
}

/** Weights and data of a step by the names of its twin. */
export const tensorsOf = (step: BenchStep, config: StepConfig): Promise<Map<string, StoredTensor>> =>
  config.kind === "table" ? twinTensors(step.model!, config) : processTensors(step.parameters, config);
