import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { backendTest, xla } from "../support/backend.ts";
import {
  bufferFromHost,
  bufferReady,
  bufferToHost,
  bufferToHostSync,
  destroyBuffer,
  type ElementType,
  type HostArray,
  liveBuffers,
} from "../../src/pjrt/buffer.ts";
import { compile, destroyExecutable, prepareLaunch } from "../../src/pjrt/executable.ts";

const upload = (data: HostArray, type: ElementType, shape: number[]): bigint => {
  const { api, handle, device } = xla().client;
  return bufferFromHost(api, handle, device, data, type, shape);
};

backendTest("arrays come back from the device bit for bit", async () => {
  const { api } = xla().client;
  const cases: [HostArray, ElementType, number[]][] = [
    [new Float32Array([1, -0, NaN, Infinity, 1e-45, 0.1]), "f32", [2, 3]],
    [new Int32Array([-(2 ** 31), 2 ** 31 - 1]), "i32", [2]],
    [new Uint8Array([1, 0, 1]), "i1", [3, 1]],
    [new Float32Array([42]), "f32", []],
  ];
  for (const [data, type, shape] of cases) {
    const before = liveBuffers();
    const sent = data.slice();
    const buffer = upload(sent, type, shape);
    sent.fill(0);
    equal(liveBuffers(), before + 1);
    const bytes = (array: HostArray) => new Uint8Array(array.buffer);
    const [into, later] = [sent.slice(), sent.slice()];
    bufferToHostSync(api, buffer, into);
    deepEqual(bytes(into), bytes(data));
    await bufferReady(api, buffer);
    await bufferToHost(api, buffer, later);
    deepEqual(bytes(later), bytes(data));
    destroyBuffer(api, buffer);
    equal(liveBuffers(), before);
  }
});

backendTest(
  "a donated buffer is overwritten unless it is to be kept, and reading it is an error",
  async () => {
    const { client } = xla();
    const program = compile(
      client,
      {
        text: `module @program {
      func.func public @main(%a: tensor<2xf32> {tf.aliasing_output = 0 : i32}) -> (tensor<2xf32>) {
        %0 = stablehlo.add %a, %a : tensor<2xf32>
        return %0 : tensor<2xf32>
      }
    }`,
      },
    );
    const launch = prepareLaunch(program, 1);
    const x = launch.inputs[0] = upload(new Float32Array([1, 2]), "f32", [2]);
    const into = new Float32Array(2);
    launch.run([0]);
    const kept = launch.outputs[0]!;
    bufferToHostSync(client.api, x, into);
    deepEqual([...into], [1, 2]);
    launch.run();
    const donated = launch.outputs[0]!;
    bufferToHostSync(client.api, donated, into);
    deepEqual([...into], [2, 4]);
    throws(() => bufferToHostSync(client.api, x, into), /deleted or donated/);
    await rejects(bufferToHost(client.api, x, into), /deleted or donated/);
    for (const buffer of [x, kept, donated]) destroyBuffer(client.api, buffer);
    destroyExecutable(program);
  },
);
