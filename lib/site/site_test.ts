import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { KEPT_RECORDS, LOCAL_RECORDS } from "../experiments/profiles.ts";
import { ROOT } from "../paths.ts";
import { readRecords, type Speed, summarise } from "../results/mod.ts";
import { buildSite } from "./build.ts";
import type { SiteRun } from "./runs.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const site = join(folder, "site");
const first = await buildSite({ out: site, notebooks: [join(ROOT, "notebooks", "01_uci.ipynb")] });

const pages = new Map(
  [...Deno.readDirSync(site)].filter(({ name }) => name.endsWith(".html")).map(({ name }) =>
    [name, Deno.readTextFileSync(join(site, name))] as const
  ),
);

const addressesOf = (html: string): string[] =>
  [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address!.replaceAll("&amp;", "&"));

Deno.test("the site has its pages, is small, and nothing else is left beside it", () => {
  equal(first, join(site, "index.html"));
  deepEqual([...pages.keys()].sort(), [
    "01_uci.html",
    "index.html",
    "methods.html",
    "results.html",
    "runs.html",
    "speed.html",
  ]);
  const bytes = [...Deno.readDirSync(site)].reduce(
    (sum, { name }) => sum + Deno.statSync(join(site, name)).size,
    0,
  );
  ok(bytes < 15e6);
  deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["site"]);
});

Deno.test("every link has its page and its place, and nothing is taken from elsewhere", () => {
  const broken = [...pages].flatMap(([name, html]) =>
    addressesOf(html).filter((address) => !address.startsWith("data:")).filter((address) => {
      const [path, place] = address.split("#");
      const file = path!.split("?")[0] || name;
      const target = pages.get(file);
      if (!target) return !["site.css", "site.js", "records.js"].includes(file);
      // Places of the explorer are made by its script.
      return place !== undefined && place !== "curves" && place !== "compare" &&
        !target.includes(`id="${place}"`);
    }).map((address) => `${name}: ${address}`)
  );
  deepEqual(broken, []);
});

Deno.test("ids are there once", () => {
  for (const html of pages.values()) {
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    equal(new Set(ids).size, ids.length);
  }
});

Deno.test("the page of all results has the numbers of the records", async () => {
  const [kept, own] = await Promise.all([KEPT_RECORDS, LOCAL_RECORDS].map(readRecords));
  // Means of the others are of data/uci/baselines.json.
  const trained = kept!.filter(({ experiment, profile, steps, seed, fold }) =>
    experiment === "uci" && profile === "quick" && steps > 0 && seed === 42 + fold!.index
  );
  const { document } = parseHTML(pages.get("results.html")!);
  const table = document.querySelector('[data-name="uci_ten_folds_quick"] table')!;
  const [, ...models] = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  const means = summarise(trained);
  let compared = 0;
  for (const row of table.querySelectorAll("tbody tr")) {
    const [label, ...cells] = [...row.children].map((cell) => cell.textContent.trim());
    const data = label!.split(", ")[0]!;
    const metric = label!.endsWith("RMSE") ? "rmse" : "accuracy";
    if (label!.startsWith("average")) continue;
    cells.forEach((text, i) => {
      const score = means.find((one) =>
        one.data === data && one.model === models[i] && one.metric === metric
      );
      // A user's own run of the same stands in the place of a kept one.
      if (!score || own!.some((record) => record.data.name === data)) return;
      const shown = text.split(" ± ");
      const decimals = shown[0]!.split(".")[1]?.length ?? 0;
      deepEqual(shown, [score.mean.toFixed(decimals), score.standardError.toFixed(decimals)]);
      compared++;
    });
  }
  ok(own!.length > 0 || compared >= 24);
});

Deno.test("the page of speed has the bench's medians as a chart and tables", () => {
  const bench = JSON.parse(Deno.readTextFileSync(join(ROOT, "results", "bench", "cpu.json"))) as Speed;
  const { document } = parseHTML(pages.get("speed.html")!);
  const rows = [...document.querySelectorAll('[data-name="bench_steps"] tbody tr')];
  equal(rows.length, bench.comparisons.length + 1);
  ok(document.querySelector("svg"));
  bench.comparisons.forEach(({ timed }, i) => {
    const shown = Number.parseFloat(rows[i]!.children[1]!.textContent.replace(" s", "e3"));
    const { median } = timed.find(({ name }) => name === "xla")!;
    ok(Math.abs(shown / (1000 * median) - 1) < 0.05, `${shown} and ${1000 * median}`);
  });
});

Deno.test("the runs of the explorer are the records, byte for byte of their values", async () => {
  const text = Deno.readTextFileSync(join(site, "records.js"));
  const runs = JSON.parse(text.slice(text.indexOf("["), -1)) as SiteRun[];
  const kept = runs.flatMap((run) => run.source === "kept" ? [run.record] : []);
  const records = await readRecords(KEPT_RECORDS);
  const named = (list: typeof records) => new Map(list.map((record) => [JSON.stringify(record), true]));
  deepEqual([...named(kept).keys()].sort(), [...named(records).keys()].sort());
});

Deno.test("a page says where it is from", () => {
  match(pages.get("01_uci.html")!, /162 kept runs|kept runs, \d+ made here/);
  match(pages.get("methods.html")!, /@inproceedings\{rastogi2023spin/);
});

Deno.test("all pages go into one file, which needs no other; an older site is replaced", async () => {
  const out = join(folder, "single");
  for (let i = 0; i < 2; i++) {
    const page = await buildSite({ out, notebooks: [], single: true });
    const html = Deno.readTextFileSync(page);
    const outside = addressesOf(html.replace(/<script>[\s\S]*?<\/script>/g, ""))
      .filter((address) => !/^(#|data:|\?[^#]*#)/.test(address));
    deepEqual(outside, []);
    deepEqual([...Deno.readDirSync(out)].map(({ name }) => name), ["index.html"]);
  }
  await Deno.remove(out, { recursive: true });
});

Deno.test("a folder with other files is left alone", async () => {
  const out = join(folder, "mine");
  await Deno.mkdir(out);
  const refused = () =>
    rejects(buildSite({ out, notebooks: [] }), /expected a new folder, an empty one or a site/);
  await Deno.writeTextFile(join(out, "index.html"), "<title>a page of one's own</title>");
  await refused();
  await Deno.writeTextFile(join(out, "site.css"), "");
  await refused();
  await Deno.remove(out, { recursive: true });
});
