import type { Parameter } from "../nn/parameters.ts";
import type { ColumnLayout } from "../models/table/columns.ts";
import type { ModelKind } from "../models/table/config.ts";
import type { TableModel } from "../models/table/model.ts";

/** One tensor of the reference's state_dict, as a view of (a part of) one of our parameters. */
export interface ReferenceTensor {
  /** state_dict name. */
  name: string;
  /** Shape in the reference; Linear weights are [out, in]. */
  shape: number[];
  parameter: Parameter;
  /** Position in the parameter (row-major) of element `k` (row-major) of the reference tensor. */
  position(k: number): number;
}

type View = Omit<ReferenceTensor, "parameter">;

/**
 * The tensors of the official implementation (`npt/model/npt.py`) that a model's parameters correspond to, by name.
 *
 * @throws Error for the nested predictor, which the official implementation does not have.
 */
export function toReference(model: TableModel): Map<string, ReferenceTensor> {
  const tensors = new Map<string, ReferenceTensor>();
  for (const parameter of model.parameters) {
    for (const view of viewsOf(parameter, model)) tensors.set(view.name, { ...view, parameter });
  }
  return tensors;
}

/** Reference tensors of one attention block built with `mab(init, name, ...)`, under its own names (`fc_q.weight`). */
export function blockToReference(
  parameters: Parameter[],
  rename: (name: string) => string,
): ReferenceTensor[] {
  return parameters.map((parameter) => ({
    ...plainView(rename(mabNames(parameter.name)), parameter),
    parameter,
  }));
}

/** Reference tensors of parameters that have the reference's names already. */
export const sameNames = (parameters: Parameter[]): ReferenceTensor[] =>
  parameters.map((parameter) => ({ ...plainView(parameter.name, parameter), parameter }));

/** Values of the reference's tensors out of values of ours, such as gradients: `values[i]` belongs to `parameters[i]`. */
export function gatherReference(
  tensors: Iterable<ReferenceTensor>,
  parameters: Parameter[],
  values: ArrayLike<number>[],
): Map<string, Float32Array> {
  const gathered = new Map<string, Float32Array>();
  for (const { name, shape, parameter, position } of tensors) {
    const source = values[parameters.indexOf(parameter)]!;
    gathered.set(name, Float32Array.from({ length: size(shape) }, (_, k) => source[position(k)]!));
  }
  return gathered;
}

/** The opposite of `gatherReference`: row-major values of every parameter, padding 0. */
export function scatterReference(
  tensors: Iterable<ReferenceTensor>,
  parameters: Parameter[],
  valueOf: (name: string) => ArrayLike<number>,
): Float32Array[] {
  const values = parameters.map(({ shape }) => new Float32Array(size(shape)));
  for (const { name, shape, parameter, position } of tensors) {
    const source = valueOf(name);
    const into = values[parameters.indexOf(parameter)]!;
    for (let k = 0; k < size(shape); k++) into[position(k)] = source[k]!;
  }
  return values;
}

const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

function viewsOf(parameter: Parameter, { config, layout }: TableModel): View[] {
  const [module, ...path] = parameter.name.split(".");
  switch (module) {
    case "embedding":
      return embeddingViews(path.join("."), parameter, layout);
    case "heads":
      return headViews(path.join("."), parameter, layout);
    case "latents":
      return [plainView(path[0] === "datapoints" ? "ABD" : `convert_X_to_ABA.${path[1]}`, parameter, false)];
    case "predictor":
      return [
        plainView(mabNames(`${predictorName(path[0]!, config.model)}.${path.slice(1).join(".")}`), parameter),
      ];
    default:
      return [plainView(mabNames(encoderName(Number(path[0]), path.slice(1), config.model)), parameter)];
  }
}

function predictorName(part: string, model: ModelKind): string {
  if (part === "cells") throw new Error("The reference has no nested predictor.");
  if (model !== "spin") return "convert_X";
  return part === "attributes" ? "convert_X_ABA" : "convert_X_ABD";
}

/** Attention modules sit in one list with the reshapings between them, which count as modules. */
function encoderName(layer: number, [block, ...rest]: string[], model: ModelKind): string {
  const tail = (mab: string) => [mab, ...rest].join(".");
  const second = block === "abla" && model !== "perceiver-d";
  switch (model) {
    case "spin":
      return `enc.${4 * layer + (block === "xabd" ? 2 : 0)}.${tail(second ? "mab2" : "mab1")}`;
    case "perceiver-e":
    case "only-aba":
      return `enc.${layer}.${tail(second ? "mab2" : "mab1")}`;
    case "only-abd":
      return `enc.${layer + 1}.${tail("mab1")}`;
    case "set-transformer":
      return `enc.${2 * layer + 1}.${tail({ points: "I", gather: "mab0", spread: "mab1" }[block!]!)}`;
    default:
      return `enc.${2 * layer + 1}.${tail("mab1")}`;
  }
}

const MAB_NAMES: Record<string, string> = {
  query: "fc_q",
  key: "fc_k",
  value: "fc_v",
  mix: "fc_mix_heads",
  residual: "fc_res",
  norm0: "ln0",
  norm1: "ln1",
};

/** Names inside a MAB: layers by their field names, and layer i of the row-wise network at 2i (GELUs in between). */
const mabNames = (name: string) =>
  name
    .replace(/\brff\.(\d+)/, (_, i) => `rff.${2 * i}`)
    .replace(/\b(query|key|value|mix|residual|norm0|norm1)\b/, (part) => MAB_NAMES[part]!);

/** A parameter that is one tensor in the reference; matrices of Linear layers are transposed. */
function plainView(name: string, { shape }: Parameter, transposed = shape.length === 2): View {
  if (!transposed) return { name, shape, position: (k) => k };
  const [dimIn, dimOut] = shape as [number, number];
  return { name, shape: [dimOut, dimIn], position: (k) => (k % dimIn) * dimOut + Math.floor(k / dimIn) };
}

function embeddingViews(path: string, parameter: Parameter, layout: ColumnLayout): View[] {
  const { shape } = parameter;
  const e = shape.at(-1)!;
  if (path === "type" || path === "index") {
    return [plainView(`feature_${path}_embedding.weight`, parameter, false)];
  }
  const [kind, part] = path.split(".") as ["numeric" | "categorical", string];
  return layout[kind].map((column, j) => {
    const name = `in_embedding.${column}.${part}`;
    if (part === "bias") return { name, shape: [e], position: (k) => j * e + k };
    const channels = kind === "numeric" ? 1 : layout.classes[j]!;
    const rows = shape[1]!;
    return {
      name,
      shape: [e, channels + 1],
      position: (k) => {
        const channel = k % (channels + 1);
        const row = channel === channels ? rows - 1 : channel;
        return (j * rows + row) * e + Math.floor(k / (channels + 1));
      },
    };
  });
}

function headViews(path: string, { shape }: Parameter, layout: ColumnLayout): View[] {
  const [kind, part] = path.split(".") as ["numeric" | "categorical", string];
  const stride = size(shape.slice(1));
  return layout[kind].map((column, j) => {
    const outputs = kind === "numeric" ? 1 : layout.classes[j]!;
    return {
      name: `out_embedding.${column}.${part}`,
      shape: part === "bias" ? [outputs] : [outputs, shape.at(-1)!],
      position: (k) => j * stride + k,
    };
  });
}
