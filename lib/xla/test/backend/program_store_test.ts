import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, xla } from "../support/backend.ts";
import { bufferToHostSync, destroyBuffer } from "../../src/pjrt/buffer.ts";
import { compile, destroyExecutable } from "../../src/pjrt/executable.ts";
import { emit, type Program } from "../../src/stablehlo/emit.ts";
import { leaf } from "../../src/stablehlo/node.ts";
import { binary } from "../../src/stablehlo/ops.ts";
import { createProgramStore, type ProgramStore } from "../../src/backend/program_store.ts";
import { createPrograms } from "../../src/backend/programs.ts";

/** A program that adds a value to itself. */
function doubling(length: number): Program {
  const x = leaf({ shape: [length], element: "f32" }, {});
  return emit([binary("add", x, x)]);
}

async function inFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);

function save(store: ProgramStore, program: Program): void {
  const executable = compile(xla().client, program);
  store.save(program, executable);
  destroyExecutable(executable);
}

function has(store: ProgramStore, program: Program): boolean {
  const executable = store.load(program);
  if (executable) destroyExecutable(executable);
  return executable !== undefined;
}

backendTest("a program from disk computes what the compiled one does", () =>
  inFolder((folder) => {
    const { client } = xla();
    const program = doubling(3);
    save(createProgramStore(client, folder), program);
    const programs = createPrograms(client, createProgramStore(client, folder));
    const { launch, executable } = programs.acquire(program);
    deepEqual(programs.spent, { milliseconds: 0, programs: 0, stored: 1 });
    equal(executable.outputs, 1);
    const x = tf.tensor1d([1, 2, 3]);
    launch.inputs[0] = xla().storageOf(x.dataId).handle();
    launch.run();
    const result = new Float32Array(3);
    bufferToHostSync(client.api, launch.outputs[0]!, result);
    deepEqual([...result], [2, 4, 6]);
    destroyBuffer(client.api, launch.outputs[0]!);
    programs.release(program);
    x.dispose();
  }));

backendTest(
  "torn, changed and foreign files are not used, and a new file takes their place",
  () =>
    inFolder((folder) => {
      const store = createProgramStore(xla().client, folder);
      const program = doubling(4);
      save(store, program);
      const [path] = filesIn(folder) as [string];
      const whole = Deno.readFileSync(path);
      const spoiled = {
        empty: new Uint8Array(0),
        torn: whole.slice(0, whole.length - 1),
        changed: whole.map((byte, i) => i === whole.length >> 1 ? byte ^ 1 : byte),
        foreign: new TextEncoder().encode("not a program"),
      };
      for (const [what, bytes] of Object.entries(spoiled)) {
        Deno.writeFileSync(path, bytes);
        equal(has(store, program), false, what);
        save(store, program);
        equal(has(store, program), true, `after ${what}`);
      }
      save(store, doubling(5));
      const other = filesIn(folder).find((file) => file !== path)!;
      Deno.copyFileSync(other, path);
      equal(has(store, program), false, "another program under its name");
      deepEqual(filesIn(folder).filter((file) => file.endsWith(".part")), []);
    }),
);

backendTest("what was not used for longest makes room", () =>
  inFolder((folder) => {
    const { client } = xla();
    const first = doubling(6);
    save(createProgramStore(client, folder), first);
    const [path] = filesIn(folder) as [string];
    Deno.utimeSync(path, 1, 1);
    const { size } = Deno.statSync(path);
    const tight = createProgramStore(client, folder, 2 * size + 100);
    save(tight, doubling(7));
    save(tight, doubling(8));
    ok(!has(tight, first), "the oldest is gone");
    ok(has(tight, doubling(8)));
  }));

backendTest("a folder that can't be written is as good as none", () => {
  const store = createProgramStore(xla().client, "/proc/no/such/folder");
  save(store, doubling(9));
  equal(has(store, doubling(9)), false);
});
