import type { HostArray } from "../pjrt/buffer.ts";
import { emit, type Program } from "../stablehlo/emit.ts";
import { leaf, type Node, sameShape, type TensorType } from "../stablehlo/node.ts";
import type { Entry } from "./entry.ts";
import type { Kernel, KernelCall } from "./kernels/kernel.ts";

/** A value, the name that a kernel has for it, and the shape in which it reads it. */
export interface Operand {
  key: string;
  entry: Entry;
  shape: readonly number[];
}

/** An operation with what it is given, and in the end what it gives. */
export interface Call {
  readonly name: string;
  readonly kernel: Kernel;
  readonly operands: readonly Operand[];
  /** Once it is recorded, a copy that nobody else can change. */
  attrs: Record<string, unknown>;
  varying: readonly Varying[];
  entries: Entry[];
}

/** A number of an operation that may be another one at the next call. */
export interface Varying {
  type: TensorType;
  data: HostArray;
}

/** A program, and where its inputs come from: values that it reads, by their order, or varying numbers of an operation. */
export interface Plan {
  /** The places of the values that it computes. */
  outputs: readonly number[];
  program: Program;
  inputs: readonly (number | { call: number; index: number })[];
}

/**
 * An operation as it was recorded before, after the operations that lead to it from the first one: what it gives is known
 * then, and so are the programs that end with it.
 */
export interface Step {
  readonly types: readonly TensorType[];
  /** Whether the kernel gives a list. */
  readonly list: boolean;
  readonly attrs: Record<string, unknown>;
  readonly varying: readonly Varying[];
  readonly after: After;
}

/** What came after an operation so far. */
export interface After {
  readonly plans: Plan[];
  readonly steps: KnownStep[];
  /** The one that comes next if they take turns. */
  turn: number;
}

interface KnownStep extends Step {
  readonly name: string;
  readonly operands: readonly { key: string; place: number; shape: readonly number[]; type: TensorType }[];
  /** The operands whose values it looks at, where they are known. */
  readonly looksAt: readonly string[];
  /** What it computes, as text, if that was asked for. */
  text?: string;
}

/** What a kernel does with an operation. */
interface Outcome {
  nodes: Node[];
  list: boolean;
  looksAt: string[];
}

export const createAfter = (): After => ({ plans: [], steps: [], turn: 0 });

/**
 * The step for an operation, if it came after these before; the call has its varying numbers then, and attributes of its
 * own.
 *
 * @param places for each operand which value it is: of the operations before, or if it is negative, of the values from
 * outside
 * @throws what the kernel has against values that it looks at
 */
export function findStep(after: After, call: Call, places: readonly number[]): Step | undefined {
  const { steps } = after;
  const count = steps.length;
  let own: { text: string; varying: Varying[] } | undefined;
  for (let i = 0, at = after.turn; i < count; i++, at = at + 1 < count ? at + 1 : 0) {
    const step = steps[at]!;
    if (!sameOperands(step, call, places)) continue;
    if (step.looksAt.length > 0 && call.operands.some((operand) => isLookedAt(step, operand))) {
      own ??= describe(call);
    }
    const same = sameValues(step.attrs, call.attrs);
    if (!same && step.varying.length > 0) {
      own ??= describe(call);
      step.text ??= describe({ ...call, attrs: step.attrs }).text;
    }
    if (!same && (own === undefined || own.text !== step.text)) continue;
    after.turn = at + 1 < count ? at + 1 : 0;
    call.attrs = same ? step.attrs : copyOf(call.attrs) as Call["attrs"];
    call.varying = same ? step.varying : own!.varying;
    return step;
  }
}

/** Remembers a step. */
export function addStep(
  after: After,
  { name, operands, attrs, varying }: Call,
  places: readonly number[],
  { nodes, list, looksAt }: Outcome,
): Step {
  const step: KnownStep = {
    name,
    operands: operands.map(({ key, entry, shape }, i) => ({
      key,
      place: places[i]!,
      shape: [...shape],
      type: { shape: entry.type.shape, element: entry.type.element },
    })),
    attrs,
    types: nodes.map(({ shape, element }) => ({ shape: Array.from(shape), element })),
    list,
    looksAt,
    varying,
    after: createAfter(),
  };
  after.steps.push(step);
  return step;
}

/** Runs a kernel. */
export function runKernel(
  { name, kernel, operands, attrs }: Call,
  nodeOf: (operand: Operand) => Node,
  varying: KernelCall["varying"],
): Outcome {
  const looksAt: string[] = [];
  const find = (key: string) => operands.find((operand) => operand.key === key);
  const optional = (key: string) => {
    const operand = find(key);
    return operand && nodeOf(operand);
  };
  const result = kernel({
    attrs,
    optional,
    input: (key) => {
      const node = optional(key);
      if (!node) throw new Error(`kernel ${name}: operand '${key}' is missing`);
      return node;
    },
    atHand: (key) => {
      looksAt.push(key);
      return find(key)?.entry.storage?.host;
    },
    varying,
    inputs: () => operands.map(nodeOf),
  });
  return { nodes: [result].flat(), list: Array.isArray(result), looksAt };
}

/** What an operation computes, whatever its operands are and its varying numbers, as text; and those numbers. */
function describe(call: Call): { text: string; varying: Varying[] } {
  const varying: Varying[] = [];
  const { nodes } = runKernel(
    call,
    ({ entry, shape }) => leaf({ shape, element: entry.type.element }, {}),
    (data, type) => {
      varying.push({ data, type });
      return leaf(type, {});
    },
  );
  return { text: emit(nodes).text, varying };
}

function sameOperands(step: KnownStep, { name, operands }: Call, places: readonly number[]): boolean {
  const known = step.operands;
  if (step.name !== name || known.length !== operands.length) return false;
  for (let i = 0; i < known.length; i++) {
    const { key, place, shape, type } = known[i]!;
    const operand = operands[i]!;
    const found = operand.entry.type;
    if (place !== places[i] || key !== operand.key || !sameShape(shape, operand.shape)) return false;
    if (place < 0 && (type.element !== found.element || !sameShape(type.shape, found.shape))) return false;
  }
  return true;
}

/** Whether a kernel is to see a value that is known. */
const isLookedAt = ({ looksAt }: KnownStep, { key, entry }: Operand): boolean =>
  entry.storage?.host !== undefined && looksAt.includes(key);

/** Whether attributes are the same; 0 and -0 are two, and an array is what it holds. */
function sameValues(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!sameValues(a[i], b[i])) return false;
    return true;
  }
  if (isList(b)) return false;
  let count = 0;
  for (const key in a) {
    count++;
    if (!sameValues((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  }
  for (const _ in b) count--;
  return count === 0;
}

const isList = (value: object): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);

/** A copy that nobody else can change. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}
