import { deepEqual, match, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { exportFigure } from "./export.ts";
import { scatter } from "./plane.ts";

const figure = scatter([{ series: "spin", x: 1, y: 2 }, { series: "spin", x: 2, y: 3 }], {
  title: "Points",
  x: { label: "x" },
  y: { label: "y" },
});

Deno.test("a figure is written as SVG, and as PNG with its size times the scale", async () => {
  const folder = await Deno.makeTempDir();
  try {
    match(await Deno.readTextFile(await exportFigure(figure, join(folder, "new", "f.svg"))), /^<\?xml/);
    const png = Buffer.from(
      await Deno.readFile(await exportFigure(figure, join(folder, "f.png"), { scale: 3 })),
    );
    const [width, height] = ["width", "height"].map((name) => Number(figure.getAttribute(name)));
    deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [3 * width!, 3 * height!]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("another ending is refused", async () => {
  await rejects(exportFigure(figure, "f.gif"), /written as \.svg or \.png, found "\.gif"/);
});
