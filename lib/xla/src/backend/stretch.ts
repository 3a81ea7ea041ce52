import { emit, type Program } from "../stablehlo/emit.ts";
import type { Client } from "../pjrt/client.ts";
import type { HostArray } from "../pjrt/buffer.ts";
import { type Node, type TensorType, typeText } from "../stablehlo/node.ts";
import { reshape } from "../stablehlo/ops.ts";
import { largestOf } from "../stablehlo/substitute.ts";
import type { Entry } from "./backend.ts";
import type { Kernel, KernelCall } from "./kernels/kernel.ts";
import { Storage, storageFor } from "./storage.ts";

/** A value, the name that a kernel has for it, and the shape in which it reads it. */
export interface Operand {
  key: string;
  entry: Entry;
  shape: readonly number[];
}

/** Operations that were recorded and have not been run, of which a program is made. */
export interface Stretch {
  /** Records an operation. @throws whatever the kernel has against its operands. */
  record(
    name: string,
    kernel: Kernel,
    operands: readonly Operand[],
    attrs: Record<string, unknown>,
  ): Recorded;
  /** A value that is computed in a way the stretch does not know. */
  recordNode(node: Node): Entry;
  /** Sees to it that all that is recorded has its node. */
  build(): void;
  /** The program that computes these, and its inputs. */
  plan(outputs: readonly Entry[]): { program: Program; inputs: Storage[] };
  /** All of it was run, or nobody asks for it. */
  clear(): void;
}

export interface Recorded {
  entries: Entry[];
  /** Whether the kernel gives a list. */
  list: boolean;
}

interface Call {
  kernel: Kernel;
  operands: readonly Operand[];
  attrs: Record<string, unknown>;
  entries: Entry[];
}

/** What is known of all calls of a kernel with the same attributes and types of operands. */
interface Kind {
  id: number;
  types: readonly TensorType[];
  list: boolean;
  /** The operands whose values it looks at, where they are known. */
  looksAt: readonly string[];
}

/** A program, and where its inputs come from: which of the values that the stretch reads, or numbers of the operations. */
interface Plan {
  program: Program;
  inputs: readonly (number | { type: TensorType; data: HostArray })[];
}

/** How many kinds of calls, and how many plans, are remembered. */
const MOST_KINDS = 4096;
const MOST_PLANS = 1024;

/** Eager programs in which no array has more elements than this are compiled quickly. */
const SMALL = 16_384;

/** Eager programs have a name of their own: what `jit` compiles is never compiled quickly. */
function eagerProgram(outputs: readonly Node[]): Program {
  return { ...emit(outputs, undefined, undefined, "eager"), quickly: largestOf(outputs) <= SMALL };
}

/**
 * A step of a training records the same operations as the one before. Then nothing but their names, attributes and
 * operands is written down, and the program is found by that; kernels run, and write StableHLO, for what is new.
 */
export function createStretch(client: Client): Stretch {
  const kinds = new Map<string, Kind>();
  const plans = new Map<string, Plan>();
  let nextKind = 0;

  let calls: Call[] = [];
  /** How many of the calls have their nodes. */
  let built = 0;
  let places = 0;
  let key = "";
  /** Whether the key says all. */
  let known = true;
  const leaves = new Map<Storage, number>();
  /** Inputs that are no tensor's. */
  let given: Storage[] = [];

  const placeOf = (entry: Entry): string => {
    const { storage, node, place } = entry;
    if (storage && !node) {
      const index = leaves.get(storage);
      if (index !== undefined) return `L${index}`;
      leaves.set(storage, leaves.size);
      return `L${leaves.size - 1}=${typeText(storage)}`;
    }
    if (place === undefined) known = false;
    return `${place}`;
  };

  const nodeOf = ({ entry, shape }: Operand): Node => reshape(entry.node ?? entry.storage!.leaf, shape);

  const run = ({ kernel, operands, attrs }: Call, name: string) => {
    const looksAt: string[] = [];
    const find = (key: string) => operands.find((operand) => operand.key === key);
    const optional = (key: string) => {
      const operand = find(key);
      return operand && nodeOf(operand);
    };
    const call: KernelCall = {
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
      varying: (data, type) => {
        const storage = new Storage(client, type, data);
        given.push(storage);
        return storage.leaf;
      },
      inputs: () => operands.map(nodeOf),
    };
    return { result: kernel(call), looksAt };
  };

  const build = (): void => {
    for (; built < calls.length; built++) {
      const call = calls[built]!;
      const nodes = [run(call, "").result].flat();
      call.entries.forEach((entry, i) => entry.node = nodes[i]!);
    }
  };

  const entryOf = (type: TensorType, node?: Node): Entry => ({ references: 1, type, node, place: places++ });

  return {
    build,
    record(name, kernel, operands, attrs) {
      let text = name;
      for (const attr in attrs) text += `;${attr}:${textOf(attrs[attr])}`;
      let from = "";
      for (const { key, entry, shape } of operands) {
        text += `|${key}:${entry.type.element}${shape.join()}`;
        from += `,${placeOf(entry)}`;
      }
      const call: Call = { kernel, operands, attrs, entries: [] };
      let kind = kinds.get(text);
      if (!kind || isLookedAt(kind, operands)) {
        build();
        const { result, looksAt } = run(call, name);
        const nodes = [result].flat();
        if (!kind) {
          if (kinds.size === MOST_KINDS) kinds.clear();
          const types = nodes.map(({ shape, element }) => ({ shape, element }));
          kinds.set(text, kind = { id: nextKind++, types, list: Array.isArray(result), looksAt });
        }
        call.entries = nodes.map((node, i) => entryOf(kind!.types[i]!, node));
        built++;
      } else {
        call.attrs = copyOf(attrs) as Call["attrs"];
        call.entries = kind.types.map((type) => entryOf(type));
      }
      calls.push(call);
      key += `${kind.id}${from};`;
      return { entries: call.entries, list: kind.list };
    },
    recordNode(node) {
      known = false;
      return { references: 1, type: { shape: node.shape, element: node.element }, node };
    },
    plan(outputs) {
      const whole = `${key}>${outputs.map(({ place }) => place).join()}`;
      let plan = known ? plans.get(whole) : undefined;
      if (!plan) {
        build();
        const program = eagerProgram(outputs.map(({ node }) => node!));
        const values = program.parameters.map((value) => storageFor(value));
        if (!known) return { program, inputs: values };
        const inputs = values.map((value) =>
          leaves.get(value) ?? { type: { shape: value.shape, element: value.element }, data: value.host! }
        );
        // Values are not kept with it.
        plan = { program: { ...program, parameters: inputs as object[] }, inputs };
        if (plans.size === MOST_PLANS) plans.delete(plans.keys().next().value!);
      }
      // Moved to the end: the one that has not been used for longest goes first.
      plans.delete(whole);
      plans.set(whole, plan);
      const values = [...leaves.keys()];
      const inputs = plan.inputs.map((input) => {
        if (typeof input === "number") return values[input]!;
        const storage = new Storage(client, input.type, input.data);
        given.push(storage);
        return storage;
      });
      return { program: plan.program, inputs };
    },
    clear() {
      for (const storage of given) storage.release();
      given = [];
      calls = [];
      built = places = 0;
      key = "";
      known = true;
      leaves.clear();
    },
  };
}

/** Whether a kernel is to see values that are known. */
const isLookedAt = ({ looksAt }: Kind, operands: readonly Operand[]): boolean =>
  looksAt.length > 0 && operands.some(({ key, entry }) => looksAt.includes(key) && entry.storage?.host);

/** Attributes as text, the same for the same ones. */
function textOf(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `[${Array.from(value as unknown as ArrayLike<unknown>, textOf).join()}]`;
  }
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([name, part]) => `${name}:${textOf(part)}`).join()}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A copy that nobody else can change. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}
