import * as tf from "@tensorflow/tfjs-core";

/** The types that random programs compute with. */
export type Dtype = "float32" | "int32" | "bool";

/** A tensor that a program is given. */
export interface Leaf {
  dtype: Dtype;
  shape: number[];
  values: number[];
}

/** Plain values that an operation is told beside its operands. */
export type Attributes = Record<string, number | boolean | number[] | number[][]>;

/** One operation. Its operands are numbered: first the leaves, then the results of the steps before. */
interface Step {
  op: string;
  inputs: number[];
  attrs: Attributes;
  /** Whether tfjs has a gradient for it, as it is used here. */
  gradient: boolean;
}

/** A small program as data: what is printed of a failing one is enough to run it again. */
export interface FuzzProgram {
  seed: number;
  leaves: Leaf[];
  steps: Step[];
}

export const tensorOf = ({ dtype, shape, values }: Leaf): tf.Tensor => tf.tensor(values, shape, dtype);

/** Whether a gradient flows from float32 leaves to a value: none to flow, one that tfjs knows, or one it does not. */
export type Flow = "none" | "smooth" | "blocked";

/** The flow through an operation. */
export function flowThrough(operands: readonly Flow[], gradient: boolean): Flow {
  if (operands.every((flow) => flow === "none")) return "none";
  return gradient && !operands.includes("blocked") ? "smooth" : "blocked";
}

/** The flow to each value of a program. */
export function flows({ leaves, steps }: FuzzProgram): Flow[] {
  const all: Flow[] = leaves.map(({ dtype }) => dtype === "float32" ? "smooth" : "none");
  for (const { inputs, gradient } of steps) all.push(flowThrough(inputs.map((i) => all[i]!), gradient));
  return all;
}

/** Numbers of the steps whose results no other step uses. */
export function ends({ leaves, steps }: FuzzProgram): number[] {
  const used = new Set(steps.flatMap(({ inputs }) => inputs));
  return steps.map((_, i) => i).filter((i) => !used.has(leaves.length + i));
}

/** The program in lines for people, and as JSON to run it again. */
export function describe(program: FuzzProgram): string {
  const { seed, leaves, steps } = program;
  return [
    `program of seed ${seed}`,
    ...leaves.map(({ dtype, shape, values }, i) => `  v${i} = ${dtype} [${shape}] ${JSON.stringify(values)}`),
    ...steps.map(({ op, inputs, attrs }, i) =>
      `  v${leaves.length + i} = ${op}(${
        [
          ...inputs.map((n) => `v${n}`),
          ...Object.entries(attrs).map(([k, v]) => `${k}: ${JSON.stringify(v)}`),
        ]
          .join(", ")
      })`
    ),
    `  ${JSON.stringify(program)}`,
  ].join("\n");
}
