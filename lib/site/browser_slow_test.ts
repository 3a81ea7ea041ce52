import axe from "axe-core";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import { listNotebooks } from "../cli/check_notebooks.ts";
import { notebookName } from "../notebook/format.ts";
import { KEPT_RECORDS } from "../experiments/profiles.ts";
import { readRecords } from "../results/mod.ts";
import { buildSite } from "./build.ts";
import { noChromium, startBrowser, watch } from "./support_test.ts";

const NOTEBOOKS = await listNotebooks();
const PAGES = ["index", "results", "runs", "methods", ...NOTEBOOKS.map(notebookName)];
/** Every page wide and light, and narrow and dark; those that differ most in what they hold in the other two ways as well. */
const WAYS = [
  { width: 1280, colorScheme: "light", pages: PAGES },
  { width: 390, colorScheme: "dark", pages: PAGES },
  { width: 1280, colorScheme: "dark", pages: ["index", "01_uci", "runs"] },
  { width: 390, colorScheme: "light", pages: ["index", "01_uci", "runs"] },
] as const;

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({
    name: `site in a browser: ${name}${noChromium}`,
    ignore: noChromium !== "",
    // The browser's own pipes outlive a test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });

const folder = await Deno.makeTempDir();
const site = join(folder, "some", "sub path");
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
if (!noChromium) await buildSite({ out: site, notebooks: NOTEBOOKS });
const addressOf = (page: string): string => `${pathToFileURL(site).href}/${page}`;

test("no error, no request, nothing wider than the screen, no serious finding of axe", async () => {
  const browser = await startBrowser();
  const wrong: string[] = [];
  for (const { width, colorScheme, pages } of WAYS) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    for (const name of pages) {
      const page = await context.newPage();
      const seen = watch(page);
      await page.goto(addressOf(`${name}.html`));
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wider > 0) seen.push(`${wider} pixels wider than the screen`);
      await page.evaluate(axe.source);
      // Preloading would fetch the style sheet, which a page from a file cannot.
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run({
          preload: false,
          resultTypes: ["violations"],
        })
      );
      const found = violations.map(({ id, nodes }) => `axe: ${id} at ${nodes[0]!.html.slice(0, 120)}`);
      wrong.push(...[...seen, ...found].map((text) => `${name}, ${width}, ${colorScheme}: ${text}`));
      await page.close();
    }
    await context.close();
  }
  await browser.close();
  deepEqual(wrong, []);
});

test("the explorer filters, sorts, groups, compares, hides series, and its CSV has the values of the records", async () => {
  const browser = await startBrowser();
  const page = await browser.newPage({ acceptDownloads: true });
  const wrong = watch(page);
  await page.goto(addressOf("runs.html?experiment=uci&profile=quick&source=kept"));
  await page.getByLabel("set", { exact: true }).selectOption("yacht");
  await page.getByLabel("model", { exact: true }).selectOption("spin");
  const records = (await readRecords(KEPT_RECORDS)).filter(({ experiment, profile, data, model }) =>
    experiment === "uci" && profile === "quick" && data.name === "yacht" && model === "spin"
  );
  ok((await page.getByRole("status").textContent())!.startsWith(`${records.length} of `));

  const head = page.getByRole("button", { name: "rmse" });
  await head.click();
  equal(await page.locator("th[aria-sort=ascending]").textContent(), "rmse ▲");
  await head.click();
  equal(await page.locator("th[aria-sort=descending]").textContent(), "rmse ▼");

  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV of values" }).click();
  const path = await (await waiting).path();
  const rows = parse(await Deno.readTextFile(path), { columns: true }) as Record<string, string>[];
  const expected = records.map(({ metrics }) => metrics["rmse"]!).sort((a, b) => b - a);
  deepEqual(rows.map((row) => Number(row["rmse"])), expected);

  const boxes = page.getByRole("checkbox", { name: /^compare / });
  await boxes.nth(0).click();
  await boxes.nth(1).click();
  const compared = page.locator("table.compared");
  ok((await compared.textContent())!.includes("Options that differ"));
  ok((await compared.textContent())!.includes("seed"));

  await page.getByLabel("one row for").selectOption("model");
  ok((await page.getByRole("status").textContent())!.endsWith("1 groups: mean ± standard error"));

  await page.goto(addressOf("runs.html?experiment=gp"));
  const dots = () => page.locator(".curves svg circle").count();
  const before = await dots();
  await page.locator(".legend button").first().click();
  ok(await dots() < before);
  await page.getByLabel("log x").click();
  ok(await dots() > 0);
  await page.locator(".curves svg circle").first().hover();
  ok((await page.locator(".curves svg").textContent())!.includes("step: "));
  deepEqual(wrong, []);
  await browser.close();
});

test("a figure is taken away as PNG and SVG, a table as LaTeX and CSV; the theme is kept", async () => {
  const browser = await startBrowser();
  const page = await browser.newPage({ acceptDownloads: true });
  const wrong = watch(page);
  await page.goto(addressOf("01_uci.html"));
  const take = async (kind: string, format: string) => {
    const waiting = page.waitForEvent("download");
    await page.locator(`figure.${kind} button[data-take=${format}]`).first().click();
    return await Deno.readFile(await (await waiting).path());
  };
  const png = Buffer.from(await take("drawing", "png"));
  deepEqual([...png.subarray(1, 4)], [...Buffer.from("PNG")]);
  ok(png.readUInt32BE(16) >= 1280);
  const text = new TextDecoder();
  ok(text.decode(await take("drawing", "svg")).startsWith("<svg"));
  ok(text.decode(await take("table", "latex")).includes("\\toprule"));
  ok(text.decode(await take("table", "csv")).includes(" ± "));
  await page.getByRole("button", { name: "Dark" }).click();
  await page.reload();
  equal(await page.locator("html").getAttribute("data-theme"), "dark");
  deepEqual(wrong, []);
  await browser.close();
});

test("filters are in the page's address; what there is none of is shown as asked for", async () => {
  const browser = await startBrowser();
  const page = await browser.newPage();
  const wrong = watch(page);
  await page.goto(addressOf("runs.html"));
  await page.getByLabel("model", { exact: true }).selectOption("npt");
  await page.reload();
  equal(await page.getByLabel("model", { exact: true }).inputValue(), "npt");
  equal(new URL(page.url()).search, "?experiment=uci&model=npt");
  await page.getByRole("button", { name: "Clear" }).click();
  equal(new URL(page.url()).search, "");
  await page.goto(addressOf("runs.html?model=nobody"));
  equal(await page.getByLabel("model", { exact: true }).inputValue(), "nobody");
  ok((await page.getByRole("status").textContent())!.startsWith("0 of "));
  deepEqual(wrong, []);
  await browser.close();
});

test("a figure of the explorer is for white paper, taken from a dark page, too", async () => {
  const browser = await startBrowser();
  const page = await browser.newPage({ acceptDownloads: true, colorScheme: "dark" });
  await page.goto(addressOf("runs.html?experiment=gp"));
  const waiting = page.waitForEvent("download");
  await page.locator(".curves .take").getByRole("button", { name: "SVG" }).click();
  const svg = await Deno.readTextFile(await (await waiting).path());
  match(svg, /^<svg[^>]* color="#1f2328"/);
  await browser.close();
});

test("on paper no table is wider than the page, and a dark page is light", async () => {
  const browser = await startBrowser();
  // 690 pixels are between the margins of A4, 1,020 where it is on its side.
  const page = await browser.newPage({ viewport: { width: 695, height: 1000 }, colorScheme: "dark" });
  await page.goto(addressOf("01_uci.html"));
  await page.emulateMedia({ media: "print" });
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll(".table table")]
      .filter((table) => table.scrollWidth > (table.closest(".wide") ? 1025 : 695))
      .map((table) => `${table.querySelector("caption")?.textContent}: ${table.scrollWidth}`)
  );
  deepEqual(wide, []);
  equal(await page.evaluate(() => getComputedStyle(document.querySelector("p")!).color), "rgb(0, 0, 0)");
  await browser.close();
});
