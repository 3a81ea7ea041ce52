import type { ElementType, HostArray } from "../pjrt/buffer.ts";

/** The type of a value: `tensor<2x3xf32>`. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly element: ElementType;
}

/**
 * One operation of a program that is being recorded. Nodes form a graph through their operands and never change.
 * `text` writes the right-hand side of the operation, given the names of its operands.
 */
export interface Node extends TensorType {
  readonly operands: readonly Node[];
  readonly text: (names: readonly string[]) => string;
  /** For one result of an operation with several: that operation and which result. */
  readonly result?: { readonly of: Operation; readonly index: number };
  /** Whether it reads only parts of its first operand, no more than it makes. */
  readonly picks?: boolean;
  /** For a leaf: the value that the program receives as a parameter. */
  readonly leaf?: object;
}

/**
 * An operation with several results; its results are nodes that refer to it. `text` is given the text of its regions
 * too.
 */
export interface Operation {
  readonly operands: readonly Node[];
  readonly results: number;
  readonly text: (names: readonly string[], regions: readonly string[]) => string;
  /** What it runs, once or many times. */
  readonly regions?: readonly NodeRegion[];
}

/** A program inside a program. It sees nothing but its parameters, which are leaves. */
export interface NodeRegion {
  readonly parameters: readonly Node[];
  readonly outputs: readonly Node[];
  /**
   * Where the operation passes its region no arguments: the parameters are its operands from this one on, by the names
   * that they have outside.
   */
  readonly operands?: number;
}

/** Raised when operands do not fit an operation: says which operation, and what it was given. */
export class ShapeError extends Error {
  override name = "ShapeError";
}

export const typeText = ({ shape, element }: TensorType): string =>
  `tensor<${shape.map((n) => `${n}x`).join("")}${element}>`;

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws ShapeError unless the condition holds. */
export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new ShapeError(message());
}

/**
 * The compiler ends the process over more elements than its integers count; nothing so large exists, so the limit is what
 * JavaScript's numbers count. Lengths of 0 make it no better.
 */
function checkLengths(type: TensorType): void {
  let size = 4;
  for (const n of type.shape) {
    check(Number.isSafeInteger(n) && n >= 0, () => `${typeText(type)}: expected whole lengths, found ${n}`);
    size *= n || 1;
  }
  check(size <= Number.MAX_SAFE_INTEGER, () => `${typeText(type)} is larger than any memory`);
}

/** Makes a node from its type and the text of its right-hand side. @throws ShapeError for a type that can't be. */
export function node(type: TensorType, operands: readonly Node[], text: Node["text"]): Node {
  checkLengths(type);
  return { shape: type.shape, element: type.element, operands, text };
}

/** The types of an operation, as StableHLO writes them. */
const signature = (operands: readonly Node[], result: TensorType): string =>
  `(${operands.map(typeText).join(", ")}) -> ${typeText(result)}`;

/** An operation whose text ends with the types of its operands and of its result. */
export const operation = (
  result: TensorType,
  operands: readonly Node[],
  text: (names: readonly string[]) => string,
): Node => node(result, operands, (names) => `${text(names)} : ${signature(operands, result)}`);

/** The results of an operation with several, each as a node. */
export function results(
  types: readonly TensorType[],
  operands: readonly Node[],
  text: Operation["text"],
  regions?: readonly NodeRegion[],
): Node[] {
  const operation: Operation = { operands, text, results: types.length, regions };
  const alone = (names: readonly string[]) => text(names, []);
  return types.map((type, index) => ({ ...node(type, operands, alone), result: { of: operation, index } }));
}

/** A value that the program is given when it runs; `value` identifies it. */
export function leaf(type: TensorType, value: object): Node {
  return { ...node(type, [], () => ""), leaf: value };
}

/** How many elements a constant may have that is written into the program's text. */
export const MAX_CONSTANT = 4096;

/** A constant array, written into the program. */
export function constant(data: HostArray | readonly number[], type: TensorType): Node {
  check(
    data.length === sizeOf(type.shape),
    () => `constant: ${typeText(type)} needs ${sizeOf(type.shape)} values, found ${data.length}`,
  );
  if (isUniform(data)) return splat(data[0]!, type);
  const values = Array.from(data, (value) => literal(value, type.element));
  const text = data.length === 0 ? "" : nest(values, type.shape);
  return node(type, [], () => `stablehlo.constant dense<${text}> : ${typeText(type)}`);
}

/** Whether there are values, all the same one; 0 and -0 are two. */
export function isUniform(data: HostArray | readonly number[]): boolean {
  const first = data[0];
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return false;
  return data.length > 0;
}

/** A constant with the same value everywhere. */
export function splat(value: number, type: TensorType): Node {
  return node(
    type,
    [],
    () => `stablehlo.constant dense<${literal(value, type.element)}> : ${typeText(type)}`,
  );
}

function nest(values: readonly string[], shape: readonly number[]): string {
  if (shape.length === 0) return values[0]!;
  const step = values.length / shape[0]!;
  const rows = Array.from({ length: shape[0]! }, (_, i) => values.slice(i * step, (i + 1) * step));
  return `[${rows.map((row) => nest(row, shape.slice(1))).join(", ")}]`;
}

/**
 * A number as MLIR reads it: floats by their bits, so that nothing is lost on the way; integers modulo 2^32, as
 * JavaScript's typed arrays store them.
 */
function literal(value: number, element: ElementType): string {
  if (element === "i1") return value ? "true" : "false";
  if (element === "i32") return String(value | 0);
  if (element === "ui32") return String(value >>> 0);
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0]!;
  return `0x${bits.toString(16).toUpperCase().padStart(8, "0")}`;
}
