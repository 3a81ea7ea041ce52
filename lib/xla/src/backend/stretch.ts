import { emit, type Program } from "../stablehlo/emit.ts";
import type { Client } from "../pjrt/client.ts";
import type { Node } from "../stablehlo/node.ts";
import { reshape } from "../stablehlo/ops.ts";
import { largestOf } from "../stablehlo/substitute.ts";
import { createEntry, type Entry } from "./entry.ts";
import {
  addStep,
  type After,
  type Call,
  copyOf,
  createAfter,
  findStep,
  type Operand,
  runKernel,
  type Varying,
} from "./steps.ts";
import { Storage, storageFor } from "./storage.ts";

/** Operations that were recorded and have not been run, of which a program is made. */
export interface Stretch {
  /**
   * Records an operation, which then has its entries.
   *
   * @returns whether the kernel gives a list
   * @throws whatever the kernel has against its operands
   */
  record(call: Call): boolean;
  /** A value that is computed in a way the stretch does not know. */
  recordNode(node: Node): Entry;
  /** Sees to it that all that is recorded has its node. */
  build(): void;
  /** The program that computes these, and its inputs. */
  plan(outputs: readonly Entry[]): { program: Program; inputs: Storage[] };
  /** All of it was run, or nobody asks for it. */
  clear(): void;
}

/** How many steps and plans are remembered: then all are forgotten. */
const MOST_KNOWN = 32_768;

/** Eager programs in which no array has more elements than this are compiled quickly. */
const SMALL = 16_384;

/** Eager programs have a name of their own: what `jit` compiles is never compiled quickly. */
function eagerProgram(outputs: readonly Node[]): Program {
  return { ...emit(outputs, undefined, undefined, "eager"), quickly: largestOf(outputs) <= SMALL };
}

/**
 * A step of a training records the same operations as the one before. Then each of them is found where it came the last
 * time, after those before it, and the program at the last of them; kernels run, and write StableHLO, for what is new.
 */
export function createStretch(client: Client): Stretch {
  let first = createAfter();
  /** How many steps and plans came after it. */
  let known = 0;

  let calls: Call[] = [];
  /** How many of the calls have their nodes. */
  let built = 0;
  let places = 0;
  /** What came after these calls before; undefined where they do not say all. */
  let after: After | undefined = first;
  /** Values from outside, and the order in which they were met. */
  const leaves = new Map<Storage, number>();
  /** Inputs that are no tensor's, and which of the varying numbers they are. */
  const given = new Map<Storage, { call: number; index: number }>();

  /** Of the operations' results, or below 0, of the values from outside; undefined for what is neither. */
  const placeOf = ({ storage, node, place }: Entry): number | undefined => {
    if (!storage || node) return place;
    let index = leaves.get(storage);
    if (index === undefined) leaves.set(storage, index = leaves.size);
    return -1 - index;
  };

  const nodeOf = ({ entry, shape }: Operand): Node => reshape(entry.node ?? entry.storage!.leaf, shape);

  const give = ({ type, data }: Varying, call: number, index: number): Storage => {
    const storage = new Storage(client, type, data);
    given.set(storage, { call, index });
    return storage;
  };

  /** Runs the kernel of the call that is the next one to be built. */
  const run = (call: Call) => {
    const varying: Varying[] = [];
    const outcome = runKernel(call, nodeOf, (data, type) => {
      const storage = give({ data, type }, built, varying.length);
      varying.push({ data, type });
      return storage.leaf;
    });
    built++;
    return { outcome, varying };
  };

  const build = (): void => {
    while (built < calls.length) {
      const call = calls[built]!;
      const { nodes } = run(call).outcome;
      call.entries.forEach((entry, i) => entry.node = nodes[i]!);
    }
  };

  return {
    build,
    record(call) {
      const from: number[] = [];
      for (const { entry } of call.operands) {
        const place = placeOf(entry);
        if (place === undefined) after = undefined;
        else from.push(place);
      }
      const step = after && findStep(after, call, from);
      if (step) {
        after = step.after;
        for (const type of step.types) call.entries.push(createEntry(type, undefined, undefined, places++));
        calls.push(call);
        return step.list;
      }
      build();
      call.attrs = copyOf(call.attrs) as Call["attrs"];
      const { outcome, varying } = run(call);
      call.varying = varying;
      for (const node of outcome.nodes) {
        const type = { shape: node.shape, element: node.element };
        call.entries.push(createEntry(type, undefined, node, places++));
      }
      calls.push(call);
      if (after) {
        after = addStep(after, call, from, outcome).after;
        known++;
      }
      return outcome.list;
    },
    recordNode(node) {
      after = undefined;
      return createEntry({ shape: node.shape, element: node.element }, undefined, node);
    },
    plan(outputs) {
      const plan = after?.plans.find((plan) =>
        plan.outputs.length === outputs.length &&
        plan.outputs.every((place, i) => place === outputs[i]!.place)
      );
      if (plan) {
        const values = [...leaves.keys()];
        const inputs = plan.inputs.map((input) => {
          if (typeof input === "number") return values[input]!;
          const { call, index } = input;
          return give(calls[call]!.varying[index]!, call, index);
        });
        return { program: plan.program, inputs };
      }
      build();
      const program = eagerProgram(outputs.map(({ node }) => node!));
      const values = program.parameters.map((value) => storageFor(value));
      if (!after) return { program, inputs: values };
      const inputs = values.map((value) => leaves.get(value) ?? given.get(value)!);
      // Values are not kept with it.
      const kept = { ...program, parameters: inputs as object[] };
      after.plans.push({ outputs: outputs.map(({ place }) => place!), program: kept, inputs });
      known++;
      return { program: kept, inputs: values };
    },
    clear() {
      for (const storage of given.keys()) storage.release();
      given.clear();
      calls = [];
      built = places = 0;
      leaves.clear();
      if (known > MOST_KNOWN) {
        first = createAfter();
        known = 0;
      }
      after = first;
    },
  };
}
