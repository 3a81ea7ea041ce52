import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { createEntry, type Entry } from "../../src/backend/entry.ts";
import { type Kernel, part } from "../../src/backend/kernels/kernel.ts";
import { Storage } from "../../src/backend/storage.ts";
import { createStretch, type Stretch } from "../../src/backend/stretch.ts";
import { binary } from "../../src/stablehlo/ops.ts";
import { backendTest, xla } from "../support/backend.ts";

const type = (length: number) => ({ shape: [length], element: "f32" as const });

/** A value from outside, of ones. */
const outside = (length: number): Entry =>
  createEntry(type(length), new Storage(xla().client, type(length), new Float32Array(length).fill(1)));

/** Records an operation of one operand and one result. */
function recorded(stretch: Stretch, name: string, kernel: Kernel, x: Entry, attrs = {}): Entry {
  const entries: Entry[] = [];
  const operands = [{ key: "x", entry: x, shape: x.type.shape }];
  equal(stretch.record({ name, kernel, operands, attrs, varying: [], entries }), false);
  return entries[0]!;
}

/** A kernel that counts how often it runs. */
function counted(kernel: Kernel): { kernel: Kernel; runs(): number } {
  let runs = 0;
  return { kernel: (call) => (runs++, kernel(call)), runs: () => runs };
}

const twice: Kernel = ({ input }) => binary("add", input("x"), input("x"));

/** Two elements from `begin` on. */
const pair: Kernel = ({ input, attrs, varying }) => {
  const [begin] = attrs["begin"] as [number];
  if (begin < 0) throw new RangeError(`begins at ${begin}`);
  return part(varying, input("x"), [begin], [begin + 2]);
};

backendTest("operations that came in this order before need no kernel, and have the same program", () => {
  const stretch = createStretch(xla().client);
  const { kernel, runs } = counted(twice);
  const round = (length: number) => {
    const result = recorded(stretch, "Twice", kernel, recorded(stretch, "Twice", kernel, outside(length)));
    const { program } = stretch.plan([result]);
    stretch.clear();
    return program;
  };
  const first = round(3);
  equal(runs(), 2);
  equal(round(3), first);
  equal(runs(), 2);
  notEqual(round(4).text, first.text);
  equal(runs(), 4);
  equal(round(3), first);
});

backendTest("what is read from inside and from outside tells programs apart, and so do outputs", () => {
  const stretch = createStretch(xla().client);
  const round = (inner: boolean, both: boolean) => {
    const x = outside(3);
    const first = recorded(stretch, "Twice", twice, x);
    const second = recorded(stretch, "Twice", twice, inner ? first : x);
    const { program } = stretch.plan(both ? [first, second] : [second]);
    stretch.clear();
    return program;
  };
  const cases = () => [round(true, true), round(true, false), round(false, true), round(false, false)];
  const programs = cases();
  equal(new Set(programs.map(({ text }) => text)).size, 4);
  deepEqual(cases(), programs);
});

backendTest("numbers that vary are inputs of one program, and are still checked", () => {
  const stretch = createStretch(xla().client);
  const round = (begin: number) => {
    const attrs = { begin: [begin] };
    const result = recorded(stretch, "Pair", pair, outside(9), attrs);
    // Kernels read what was recorded, whatever becomes of the caller's array.
    attrs.begin[0] = 0;
    const { program, inputs } = stretch.plan([result]);
    const numbers = inputs.flatMap(({ shape, host }) => shape.length === 0 ? [host![0]] : []);
    stretch.clear();
    return { program, numbers };
  };
  const first = round(3);
  deepEqual(first.numbers, [3]);
  for (const begin of [5, 3, 7]) {
    const { program, numbers } = round(begin);
    equal(program, first.program);
    deepEqual(numbers, [begin]);
  }
  throws(() => round(-1), /begins at -1/);
  stretch.clear();
  equal(round(5).program, first.program);
});
