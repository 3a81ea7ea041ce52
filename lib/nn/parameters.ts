import * as tf from "@tensorflow/tfjs-core";
import { threefryUniform } from "@spin/xla/threefry";

/** A trainable tensor. Its values are drawn when `variable` is first read, so shapes alone cost no memory. */
export interface Parameter {
  readonly name: string;
  readonly shape: number[];
  /**
   * True if axis 0 counts what are separate tensors in the reference (say, one weight per column, padded to
   * equal size). Optimisers that use norms per tensor take them per slice.
   */
  readonly stacked: boolean;
  /** Number of trainable numbers, padding left out. */
  readonly count: number;
  readonly variable: tf.Variable;
  dispose(): void;
}

/** Random numbers for one parameter, a pure function of the model's seed and the parameter's name. */
export interface Draw {
  /** float32 [n], uniform in [0, 1). Each `stream` gives other numbers. */
  uniform(n: number, stream?: number): Float32Array;
}

export interface ParameterSpec {
  name: string;
  shape: number[];
  stacked?: boolean;
  /** Default: the size of `shape`. */
  count?: number;
  /** Initial values, row-major. */
  fill(draw: Draw): Float32Array;
}

/** Where the layers of a model declare their parameters. */
export interface Init {
  create(spec: ParameterSpec): Parameter;
  /**
   * The same, with `name` and a dot before all names; nothing before them if `name` is empty.
   *
   * @param drawnAs draws initial values as if this were the name: scopes that share it start as copies
   */
  within(name: string, drawnAs?: string): Init;
  /** Numbers that are no parameters but differ from table to table: an input of programs, not a part of them. */
  constant(
    name: string,
    shape: number[],
    values: () => Float32Array,
  ): Pick<Parameter, "variable" | "dispose">;
  /** Everything declared so far, in order of declaration. */
  readonly parameters: Parameter[];
  readonly constants: Pick<Parameter, "variable" | "dispose">[];
}

/**
 * @param seed equal seeds give equal initial values for parameters of equal name and shape.
 * @param scale what the initial values of the parameter of a name are multiplied by
 */
export function createInit(seed: number, scale: (name: string) => number = () => 1): Init {
  const parameters: Parameter[] = [];
  const constants: Pick<Parameter, "variable" | "dispose">[] = [];
  const names = new Set<string>();
  const inside = (prefix: string, name: string) => name === "" ? prefix : `${prefix}${name}.`;
  const at = (prefix: string, drawn: string): Init => ({
    parameters,
    constants,
    constant(name, shape, values) {
      const constant = declare({ name: prefix + name, shape, fill: values }, {
        uniform: () => new Float32Array(),
      }, false);
      constants.push(constant);
      return constant;
    },
    within: (name, drawnAs = name) => at(inside(prefix, name), inside(drawn, drawnAs)),
    create: (spec) => {
      const name = prefix + spec.name;
      if (names.has(name)) throw new Error(`Two parameters are named ${name}.`);
      names.add(name);
      const key = hash(drawn + spec.name);
      const draw: Draw = { uniform: (n, stream = 0) => threefryUniform(seed, key, stream, n) };
      const factor = scale(name);
      const fill = factor === 1 ? spec.fill : (draw: Draw) => spec.fill(draw).map((value) => factor * value);
      const parameter = declare({ ...spec, name, fill }, draw);
      parameters.push(parameter);
      return parameter;
    },
  });
  return at("", "");
}

function declare(
  { name, shape, stacked = false, count, fill }: ParameterSpec,
  draw: Draw,
  trainable = true,
): Parameter {
  let variable: tf.Variable | undefined;
  return {
    name,
    shape,
    stacked,
    count: count ?? tf.util.sizeFromShape(shape),
    get variable() {
      variable ??= tf.tidy(() => tf.variable(tf.tensor(fill(draw), shape, "float32"), trainable));
      return variable;
    },
    dispose() {
      variable?.dispose();
      variable = undefined;
    },
  };
}

/** FNV-1a over UTF-16 units: gives every parameter name its own random numbers, whatever is declared before it. */
function hash(text: string): number {
  let h = 0x811C9DC5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}
