/** The studio in a real browser, and pictures behind a slider in a page without a kernel. */
import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { renderNotebook } from "../notebook/render.ts";
import { code, notebook } from "../notebook/support_test.ts";
import { executeNotebook } from "../notebook/execute.ts";
import { ROOT } from "../paths.ts";
import { KERNEL } from "../setup/kernel.ts";
import { browserTest } from "./support_test.ts";

const MINUTE = 60_000;
const isSetUp = await Deno.stat(KERNEL).then(() => true, () => false);
const NOT_SET_UP = "the notebook kernel is not set up; run: deno task setup";

const STUDIO = [
  "run",
  "--quiet",
  "-A",
  "lib/cli/start.ts",
  "studio",
  "data/examples/concrete_train.csv",
  "--target",
  "Concrete_compressive_strength",
];

/** Starts the studio, and gives the address that it prints; ends it as Ctrl-C does, and gives what it ended with. */
async function withStudio(work: (url: string) => Promise<void>): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: STUDIO,
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  })
    .spawn();
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    let url: string | undefined;
    while (url === undefined) {
      const { value, done } = await reader.read();
      ok(!done, `the studio ended before it gave an address: ${said}`);
      said += value;
      url = /Open (\S+) in a browser/.exec(said)?.[1];
    }
    await work(url);
    reader.releaseLock();
  } finally {
    child.kill("SIGINT");
  }
  return (await child.status).code;
}

browserTest("the studio of a CSV file: h, Run, points, Stop, Continue, a second curve", async (page) => {
  const code = await withStudio(async (url) => {
    await page.goto(url);
    const run = page.getByRole("button", { name: "Run", exact: true });
    const stop = page.getByRole("button", { name: "Stop", exact: true });
    const lines = page.locator(".figure svg g[aria-label=line] path");
    const row = (index: number) => page.locator("tbody tr").nth(index);
    // A number out of range trains nothing in silence.
    const typed = page.locator("[data-option=h] input[type=number]");
    await typed.fill("1000");
    await run.click();
    equal(
      await page.locator(".line").innerText(),
      'h: expected a number from 2 to 64 in steps of 1, found "1000"',
    );
    equal(await stop.isDisabled(), true);
    for (const [index, h] of ["12", "6"].entries()) {
      await page.locator("[data-option=h] input[type=range]").fill(h);
      const before = await lines.count();
      await run.click();
      await page.locator(".line", { hasText: / [1-9]\d* of / }).waitFor({ timeout: 2 * MINUTE });
      await page.waitForFunction(
        (before) => document.querySelectorAll(".figure svg g[aria-label=line] path").length > before,
        before,
        { timeout: MINUTE },
      );
      await stop.click();
      await row(index).waitFor({ timeout: MINUTE });
    }
    // What all runs have alike is not in the table.
    match(await row(0).innerText(), /\b12\b/);
    match(await row(1).innerText(), /\b6\b/);
    await page.locator('input[title="further steps of Continue"]').fill("15");
    await page.locator('[data-continue="0"]').click();
    await row(2).waitFor({ timeout: MINUTE });
    const steps = async (index: number) => Number.parseInt(await row(index).locator("td").nth(2).innerText());
    equal(await steps(2), await steps(0) + 15);
    const elsewhere = await fetch(new URL("/", url));
    equal(elsewhere.status, 403, "without its token the page is refused");
    await elsewhere.body?.cancel();
  });
  equal(code, 130);
});

browserTest(
  "pictures behind a slider work in a rendered page without a kernel",
  async (page) => {
    const source = notebook(
      code('import * as spin from "spin";'),
      code(`await spin.show(spin.slides([5, 10, 20].map((h) => ({
  label: "h " + h,
  figure: spin.plots.lossCurve([{ series: "h " + h, step: 1, value: h }, { series: "h " + h, step: 2, value: 1 }], { title: "h " + h }),
})), "inducing points"));`),
    );
    const done = await executeNotebook(source, { name: "slides.ipynb", folder: join(ROOT, "notebooks") });
    const file = await Deno.makeTempFile({ suffix: ".html" });
    await renderNotebook(done, file, "slides");
    await page.goto(`file://${file}`);
    const shown = page.locator("[data-slide]:visible");
    match(await shown.innerText(), /h 5/);
    await page.locator("[data-slides] input[type=range]").fill("2");
    equal(await shown.count(), 1);
    match(await shown.innerText(), /h 20/);
    equal(await page.locator("[data-slides] output").innerText(), "h 20");
    await Deno.remove(file);
  },
  isSetUp,
  NOT_SET_UP,
);
