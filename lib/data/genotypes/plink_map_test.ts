import { equal } from "node:assert/strict";
import { plinkMap, readGeneticMap } from "./genetic_map.ts";
import { withFile } from "./support_test.ts";

const converted = (text: string, contig: string) =>
  withFile("in.gmap", text, async (path) => {
    const out = await plinkMap(await readGeneticMap(path, contig), `${path}.map`, contig);
    return Deno.readTextFile(out!);
  });

Deno.test("columns come in PLINK's order, with the name of the chromosome that is asked for", async () => {
  const text = "pos\tchr\tcM\n900273\t20\t4.009769\n900416\t20\t4.012358\n";
  equal(await converted(text, "20"), "20 . 4.009769 900273\n20 . 4.012358 900416\n");
  equal(await converted("20 rs1 0 5\n20 . 1 7\n21 . 1 9\n", "chr20"), "chr20 . 0 5\nchr20 . 1 7\n");
});
