import { deepEqual } from "node:assert/strict";
import { pixelsAt } from "../../parity/images.ts";
import { paint, pixelValues, plain } from "./tasks.ts";

const SHAPE = { height: 2, width: 3, channels: 1 };

Deno.test("grey pixels are painted into all three channels, the picture below is left as it was", () => {
  const blue = plain(SHAPE);
  const picture = paint(SHAPE, [4], [0.25], blue);
  deepEqual([...picture.subarray(12, 15)], [0.25, 0.25, 0.25]);
  deepEqual([...picture.subarray(0, 12)], [...blue.subarray(0, 12)]);
  deepEqual([...blue.subarray(12, 15)], [...blue.subarray(0, 3)]);
  const coloured = paint({ ...SHAPE, channels: 3 }, [0], [0.25, 0.5, 0.75], blue);
  deepEqual([...coloured.subarray(0, 3)], [0.25, 0.5, 0.75]);
});

Deno.test("values are moved and cut off; places are the nearest pixels", () => {
  deepEqual([...pixelValues(new Float32Array([-0.75, 0, 0.25, 2]))], [0, 0.5, 0.75, 1]);
  deepEqual([...pixelsAt(SHAPE, [-1, -1, 1, 0.1, 0.9, 1])], [0, 4, 5]);
});
