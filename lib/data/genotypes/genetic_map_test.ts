import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { physicalMap, readGeneticMap } from "./genetic_map.ts";
import { refusesFile, withFile } from "./support_test.ts";

const close = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-12, `${found}`);
const THREE = "pos\tchr\tcM\n1000\t20\t1\n2000\t20\t2\n4000\t20\t2.5\n";

Deno.test("centimorgans are interpolated, and go on at the mean rate", async () => {
  await withFile("a.gmap.gz", gzipSync(new TextEncoder().encode(THREE)), async (path) => {
    const { source, centimorgans } = await readGeneticMap(path, "20");
    assert.equal(source, path);
    const expected = [[1000, 1], [1500, 1.5], [2000, 2], [3000, 2.25], [4000, 2.5], [5000, 3], [
      0,
      0.5,
    ]] as const;
    for (const [position, distance] of expected) close(centimorgans(position), distance);
  });
});

Deno.test("PLINK maps may hold several chromosomes, of which one is read", async () => {
  const text = "19 . 0.5 100\n20 rs1 1.0 1000\r\n20 . 2.0 3000\n";
  await withFile("a.map", text, async (path) => {
    const { centimorgans } = await readGeneticMap(path, "chr20");
    close(centimorgans(2000), 1.5);
    close((await readGeneticMap(path, "19")).centimorgans(1_000_100), 1.5);
  });
  const asked = (path: string) => readGeneticMap(path, "X");
  await refusesFile(
    "a.map",
    text,
    asked,
    /expected rows of a genetic map of chromosome X, found none; it has 19, 20/,
  );
});

Deno.test("without a map a million positions are a centimorgan", () =>
  close(physicalMap.centimorgans(2_500_000), 2.5));

Deno.test("rows that are none are refused with their line", async () => {
  const refuses = (text: string, message: RegExp) =>
    refusesFile("a.map", text, (path) => readGeneticMap(path, "20"), message);
  await refuses("", /expected rows of a genetic map of chromosome 20, found none/);
  await refuses("20 . 1\n", /line 1: expected 4 columns \(chromosome ID cM position\), found 3/);
  await refuses("20 . x 1\n", /line 1: expected chromosome ID cM position, found "20 \. x 1"/);
  await refuses(`${THREE}4000\t20\t3\n`, /line 5: expected a position above 4000, found 4000/);
  await refuses(`${THREE}5000\t20\t2\n`, /line 5: expected at least 2\.5 cM, found 2/);
});
