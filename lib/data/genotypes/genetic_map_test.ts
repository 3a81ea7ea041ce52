import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { mapWarnings, physicalMap, readGeneticMap } from "./genetic_map.ts";
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
  const text = "19 . 0.4 100\n19 . 0.5 100100\n20 rs1 1.0 1000\r\n20 . 2.0 3000\n";
  await withFile("a.map", text, async (path) => {
    const { centimorgans } = await readGeneticMap(path, "chr20");
    close(centimorgans(2000), 1.5);
    close((await readGeneticMap(path, "19")).centimorgans(200_100), 0.6);
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

Deno.test("maps without a distance are refused", async () => {
  const refuses = (text: string, message: RegExp) =>
    refusesFile("a.map", text, (path) => readGeneticMap(path, "20"), message);
  await refuses(
    "20 . 0 5\n20 . 0 9\n",
    /found 0 cM at all 2 positions of chromosome 20: positions of one genetic place/,
  );
  await refuses("20 . 1.5 5\n", /expected at least two rows of chromosome 20, found one, position 5/);
});

Deno.test("HapMap's columns are read by their header", async () => {
  const text = "Chromosome\tPosition(bp)\tRate(cM/Mb)\tMap(cM)\nchrX\t1000\t2.0\t1\nchrX\t2000\t0\t2\n";
  await withFile(
    "a.txt",
    text,
    async (path) => close((await readGeneticMap(path, "23")).centimorgans(1500), 1.5),
  );
});

Deno.test("IMPUTE's and SHAPEIT's columns are read by their header, as those of the chromosome", async () => {
  for (
    const header of ["position COMBINED_rate(cM/Mb) Genetic_Map(cM)", "pposition rrate gposition"]
  ) {
    await withFile(
      "a.txt",
      `${header}\n1000 2.0 1\n2000 0 2\n`,
      async (path) => close((await readGeneticMap(path, "X")).centimorgans(1500), 1.5),
    );
  }
});

Deno.test("a map of elsewhere, of a part, or with odd rates is told", async () => {
  await withFile("a.map", "20 . 1 1000000\n20 . 2 2000000\n20 . 2 3000000\n", async (path) => {
    const map = await readGeneticMap(path, "20");
    const told = (first: number, last: number) => mapWarnings(map, first, last).join();
    assert.equal(told(1_100_000, 2_900_000), "");
    assert.match(
      told(5_000_000, 6_000_000),
      /positions 1000000 to 3000000, the data 5000000 to 6000000: no row/,
    );
    assert.match(told(2_500_000, 6_000_000), /it covers less than half/);
    assert.match(told(2_200_000, 2_900_000), /0 cM per Mb from 2200000 to 2900000/);
    assert.deepEqual(mapWarnings(physicalMap, 1, 1e9), []);
  });
  await withFile("a.map", "20 . 1000000 1\n20 . 2000000 2\n", async (path) => {
    const warnings = mapWarnings(await readGeneticMap(path, "20"), 1_000_000, 2_000_000).join("\n");
    assert.match(warnings, /no row is among them.*\n.*1000000000000 cM per Mb.*is the column of cM right/);
  });
});
