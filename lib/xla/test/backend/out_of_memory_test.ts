import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable, xla } from "../support/backend.ts";
import { deviceMemory } from "../../src/backend/device_memory.ts";
import { jit } from "../../src/mod.ts";
import { bytesText, freeGarbageAfter, OutOfMemoryError } from "../../src/backend/out_of_memory.ts";
import { groupRoom } from "../../src/backend/memory_room.ts";

/** So many rows of 1000 numbers are far more than any machine has: 100 TB. */
const ROWS = 25_000_000_000;

const repeated = (x: tf.Tensor) => tf.broadcastTo(x, [ROWS, 1000]);

const isOutOfMemory = (pattern: RegExp) => (error: unknown) => {
  ok(error instanceof OutOfMemoryError);
  match(error.message, pattern);
  return true;
};

backendTest("a compiled function that needs too much is named with its sizes, and all goes on", async () => {
  const grow = jit(function grow(x: tf.Tensor) {
    return tf.add(repeated(x), 1);
  });
  const x = tf.ones([1000]);
  const before = deviceMemory();
  const message =
    /^grow needs 100 TB of memory and .+ has \d.* left: arguments 4 kB, outputs 100 TB, temporary \d.* B; all tensors hold/;
  for (let i = 0; i < 2; i++) throws(() => grow(x), isOutOfMemory(message));
  await rejects(grow.async(x), isOutOfMemory(message));
  equal(deviceMemory().peak, Math.max(before.peak, before.live + 4000));
  deepEqual(values(tf.sum(x)), [1000]);
  grow.dispose();
});

backendTest("temporary values count, and variables keep their values", () => {
  const v = variable([1, 2, 3]);
  const x = tf.ones([1000]);
  const wide = jit((x: tf.Tensor) => {
    v.assign(tf.add(v, 1) as tf.Tensor1D);
    const product = tf.matMul(tf.sin(repeated(x)) as tf.Tensor2D, tf.zeros([1000, 1000]));
    return tf.sum(tf.softmax(product));
  }, { name: "wide" });
  throws(() => wide(x), isOutOfMemory(/^wide needs .* outputs \d+ B, temporary \d+ TB/));
  deepEqual(values(v), [1, 2, 3]);
  wide.dispose();
  tf.dispose([x, v]);
});

backendTest("operations one by one that need too much give the same error when they are read", () => {
  const x = tf.ones([1000]);
  const small = tf.add(x, 1);
  const large = tf.add(repeated(x), 1);
  throws(() => large.dataSync(), isOutOfMemory(/^a program of single operations needs 100 TB of memory/));
  large.dispose();
  deepEqual(values(tf.sum(small)), [2000]);
});

/** In a function of its own, so that no register holds the tensor. */
function forget(): void {
  xla().storageOf(tf.add(tf.ones([100_000]), 1).dataId);
}

backendTest(
  "before memory is asked for again, the garbage collector frees what nobody can reach",
  async () => {
    const { live } = deviceMemory();
    forget();
    ok(deviceMemory().live >= live + 400_000);
    await new Promise((resolve) => setTimeout(resolve));
    await freeGarbageAfter(new OutOfMemoryError("short"));
    ok(deviceMemory().live < live + 400_000);
    const other = new Error("other");
    await rejects(freeGarbageAfter(other), other);
  },
);

Deno.test("bytes are told with three digits", () => {
  deepEqual([0, 999, 1000, 107374184000, 1e14].map(bytesText), ["0 B", "999 B", "1 kB", "107 GB", "100 TB"]);
});

Deno.test("the limits of control groups hold, also those of the groups above", async () => {
  const folder = await Deno.makeTempDir();
  try {
    equal(groupRoom(folder, `${folder}/none`), Infinity);
    const process = `${folder}/process`;
    const write = (path: string, files: Record<string, string>) => {
      Deno.mkdirSync(`${folder}/${path}`, { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        Deno.writeTextFileSync(`${folder}/${path}/${name}`, text);
      }
    };
    Deno.writeTextFileSync(process, "0::/job/part\n");
    write("job", {
      "memory.max": "1000\n",
      "memory.current": "300\n",
      "memory.stat": "file 200\ninactive_file 50\n",
    });
    write("job/part", { "memory.max": "max\n", "memory.current": "300\n" });
    equal(groupRoom(folder, process), 750);
    Deno.writeTextFileSync(process, "9:name=systemd:/\n4:memory:/old\n0::/\n");
    write("memory/old", {
      "memory.limit_in_bytes": "500\n",
      "memory.usage_in_bytes": "450\n",
      "memory.stat": "inactive_file 7\ntotal_inactive_file 100\n",
    });
    equal(groupRoom(folder, process), 150);
    write("memory/old", { "memory.limit_in_bytes": "9223372036854771712\n" });
    equal(groupRoom(folder, process), Infinity);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
