import { equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { plinkMap } from "./plink_map.ts";

async function converted(text: string, contig?: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "in.gmap"), text);
    return await Deno.readTextFile(await plinkMap(join(folder, "in.gmap"), join(folder, "out.map"), contig));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("columns come in PLINK's order, numbers as they were", async () => {
  const text = "pos\tchr\tcM\n900273\t20\t4.009769\n900416\t20\t4.012358\n";
  equal(await converted(text), "20 . 4.009769 900273\n20 . 4.012358 900416\n");
  equal(await converted("pos chr cM\n5 20 0\n", "chr20"), "chr20 . 0 5\n");
});

Deno.test("another header or row is refused with its line", async () => {
  await rejects(
    converted("20 . 4.0 900273\n"),
    /line 1: expected the header "pos chr cM", found "20 \. 4\.0 900273"/,
  );
  await rejects(converted("pos chr cM\n5 20 0\n7 20 x\n"), /line 3: expected pos chr cM, found "7 20 x"/);
  await rejects(converted("pos chr cM\n5 20\n"), /line 2: expected pos chr cM/);
  await rejects(converted("pos chr cM\n"), /expected rows of a genetic map, found none/);
});
