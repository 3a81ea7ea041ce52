/** The notebook as its readers have it: JupyterLab in a real browser. */
import { match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { KERNEL } from "../setup/kernel.ts";
import { type Notebook, plainText, readNotebook, writeNotebook } from "../notebook/format.ts";
import { labCommand } from "../notebook/lab.ts";
import { renderNotebook } from "../notebook/render.ts";
import { code, notebook } from "../notebook/support_test.ts";
import { ROOT } from "../paths.ts";
import { browserTest } from "./support_test.ts";

const isSetUp = await Deno.stat(KERNEL).then(() => true, () => false);
const FOLDER = join("results", "local", "browser");
const TOKEN = "for-this-test";
const MINUTE = 60_000;

/** A port that is free now. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Opens a notebook in JupyterLab, and ends that afterwards. */
async function withLab(page: Page, source: Notebook, work: (path: string) => Promise<void>): Promise<void> {
  const name = `${crypto.randomUUID().slice(0, 8)}.ipynb`;
  const path = join(ROOT, FOLDER, name);
  await Deno.mkdir(join(ROOT, FOLDER), { recursive: true });
  await writeNotebook(path, source);
  // Cells out of sight would be taken out of the page.
  const settings = await Deno.makeTempDir();
  const tracker = join(settings, "@jupyterlab", "notebook-extension");
  await Deno.mkdir(tracker, { recursive: true });
  await Deno.writeTextFile(join(tracker, "tracker.jupyterlab-settings"), '{ "windowingMode": "none" }');
  const port = freePort();
  const { program, args, env } = labCommand(`${FOLDER}/${name}`, [
    `--port=${port}`,
    "--ServerApp.port_retries=0",
    "--no-browser",
    `--LabApp.user_settings_dir=${settings}`,
    `--IdentityProvider.token=${TOKEN}`,
  ]);
  const lab = new Deno.Command(program, { args, env, clearEnv: true, stdout: "null", stderr: "null" })
    .spawn();
  try {
    const address = `http://127.0.0.1:${port}/lab/tree/${FOLDER}/${name}?reset&token=${TOKEN}`;
    for (let tries = 0;; tries++) {
      const there = await page.goto(address).catch(() => null);
      if (there?.ok()) break;
      ok(tries < 60, "JupyterLab does not answer");
      await page.waitForTimeout(1000);
    }
    await page.waitForSelector(".jp-NotebookPanel .jp-Cell", { timeout: MINUTE });
    await page.getByText("Deno | Idle").waitFor({ timeout: MINUTE });
    await work(path);
  } catch (error) {
    await screenshot(page, "failed");
    throw error;
  } finally {
    lab.kill("SIGTERM");
    await lab.status;
    await Deno.remove(path).catch(() => {});
    await Deno.remove(settings, { recursive: true });
  }
}

const cell = (page: Page, index: number) =>
  page.locator(".jp-NotebookPanel .jp-Notebook .jp-Cell").nth(index);
const output = (page: Page, index: number) => cell(page, index).locator(".jp-Cell-outputArea");

async function menu(page: Page, ...path: string[]): Promise<void> {
  await page.locator(".lm-MenuBar-item", { hasText: path[0]! }).first().click();
  for (const item of path.slice(1)) {
    await page.locator(".lm-Menu .lm-Menu-item", { hasText: item }).first().click();
  }
}

const stop = (page: Page) => page.locator('[data-command="notebook:interrupt-kernel"]').first().click();

/** Waits until nothing runs. */
const idle = (page: Page) =>
  page.waitForFunction(
    () => {
      const prompts = [...document.querySelectorAll(".jp-NotebookPanel .jp-CodeCell .jp-InputPrompt")];
      return !prompts.some(({ textContent }) => textContent?.includes("*"));
    },
    null,
    { timeout: 3 * MINUTE },
  );

/** Runs one cell, and waits until its prompt has a new number. */
async function runCell(page: Page, index: number): Promise<void> {
  const prompt = cell(page, index).locator(".jp-InputPrompt");
  const before = await prompt.innerText();
  await cell(page, index).click();
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(
    ({ index, before }) => {
      const one = document.querySelectorAll(".jp-NotebookPanel .jp-Notebook .jp-Cell")[index];
      const text = one?.querySelector(".jp-InputPrompt")?.textContent ?? "";
      return /\[\d+\]/.test(text) && text !== before;
    },
    { index, before },
    { timeout: 3 * MINUTE },
  );
}

/** What a cell shows arrives after its prompt: waits for it, and fails with what was there instead. */
async function shows(page: Page, index: number, expected: RegExp): Promise<void> {
  for (let tries = 0; tries < 60 && !expected.test(await output(page, index).innerText()); tries++) {
    await page.waitForTimeout(500);
  }
  match(await output(page, index).innerText(), expected);
}

/** The quickstart, with so many steps that nobody waits for their end. */
async function longQuickstart(): Promise<Notebook> {
  const source = await readNotebook(join(ROOT, "notebooks", "00_quickstart.ipynb"));
  const cells = source.cells.map((one) =>
    one.cell_type === "code"
      ? {
        ...one,
        outputs: [],
        source: plainText(one.source).replace("const steps = 1000;", "const steps = 10000;")
          .replace("results/local/quickstart", `${FOLDER}/quickstart`),
      }
      : one
  );
  return { ...source, cells };
}

browserTest(
  "Run All, Stop in the middle, and the cells behind it go on; then the panel: h, Run, Stop, Continue",
  async (page) => {
    const source = await longQuickstart();
    /** Where the cell with these words is, however many cells are before it. */
    const at = (words: string): number => {
      const index = source.cells.findIndex((one) =>
        one.cell_type === "code" && plainText(one.source).includes(words)
      );
      ok(index >= 0, `no cell of notebook 00 has ${words}`);
      return index;
    };
    const [fit, predict, save, controls, compare] = [
      "spin.fitTable(",
      "fitted.predict(",
      "fitted.save(",
      "spin.panel(",
      "spin.compare(",
    ].map(at) as [number, number, number, number, number];
    await withLab(page, source, async (path) => {
      await menu(page, "Run", "Run All Cells");
      const curve = cell(page, fit).locator(".jp-OutputArea img, .jp-OutputArea svg");
      await curve.first().waitFor({ timeout: 2 * MINUTE });
      await page.waitForTimeout(3000);
      await stop(page);
      await idle(page);
      await shows(page, fit, /Stop: the step under way ends[\s\S]*Validation \(185 rows\): rmse/);
      await shows(page, predict, /Test \(103 rows\): rmse/);
      await shows(page, save, /predicts the same bits/);

      const panel = page.frameLocator(".jp-Notebook iframe");
      await panel.locator("[data-option=h] input[type=number]").waitFor({ timeout: MINUTE });
      await cell(page, controls).scrollIntoViewIfNeeded();
      const lines = panel.locator(".figure svg g[aria-label=line] path");
      const before = await lines.count();
      await panel.locator("[data-option=h] input[type=range]").fill("20");
      await panel.getByRole("button", { name: "Run", exact: true }).click();
      await panel.locator(".line", { hasText: / [1-9]\d* of / }).waitFor({ timeout: 2 * MINUTE });
      await page.waitForTimeout(3000);
      await panel.getByRole("button", { name: "Stop", exact: true }).click();
      await panel.locator("tbody tr").nth(1).waitFor({ timeout: MINUTE });
      notEqual(await lines.count(), before);
      await panel.locator('input[title="further steps of Continue"]').fill("20");
      await panel.locator('[data-continue="1"]').click();
      await panel.locator("tbody tr").nth(2).waitFor({ timeout: MINUTE });
      const steps = async (row: number) =>
        Number.parseInt(await panel.locator("tbody tr").nth(row).locator("td").nth(2).innerText());
      ok(await steps(2) === await steps(1) + 20, "20 steps more");
      await screenshot(page, "panel");

      // The notebook's own code has what the panel made.
      await runCell(page, compare);
      await shows(page, compare, /\b20\b[\s\S]*stopped/);

      await menu(page, "File", "Save Notebook");
      await page.waitForTimeout(2000);
      const target = path.replace(/ipynb$/, "html");
      await renderNotebook(await readNotebook(path), target, "saved");
      await page.goto(`file://${target}`);
      await page.locator("table", { hasText: "best step" }).first().waitFor();
      ok(await page.locator("[class^=panel-] svg").isVisible(), "the last state is shown without a kernel");
      await page.locator("[class^=panel-]").scrollIntoViewIfNeeded();
      await screenshot(page, "rendered");
      await Deno.remove(target);
    });
  },
  isSetUp,
  "the notebook kernel is not set up; run: deno task setup",
);

browserTest(
  "a wrong option, a wrong type and a cell that is no TypeScript show their message and their place",
  async (page) => {
    const source = notebook(
      code('import * as spin from "spin";\nawait spin.useEngine("cpu");'),
      code('const table = await spin.loadTable(spin.workspaceFile("data/examples/concrete_test.csv"));'),
      code('await spin.fitTable({ table, target: "Age", widht: 8 });'),
      code("const a = 1;\nconst b = (;"),
      code("\nspin.experiments.uci.settings(\n  'quick', { h: 'many' });"),
      code("const late = 1;\n\nlate.no.where;"),
      code('await spin.show("the end");'),
    );
    await withLab(page, source, async () => {
      for (const index of source.cells.keys()) {
        await runCell(page, index);
      }
      await shows(page, 2, /line 1:[\s\S]*there is no option "widht"; nearest: width/);
      await shows(page, 3, /line 2:\s+const b = \(;\s+SyntaxError: Expression expected/);
      await shows(page, 4, /option "h" .*: expected a whole number from 1, found "many"/);
      await shows(page, 5, /line 3:\s+late\.no\.where;\s+TypeError: Cannot read properties/);
      await shows(page, 6, /the end/);
      await menu(page, "Settings", "Theme", "JupyterLab Dark");
      await page.waitForTimeout(500);
      await screenshot(page, "errors");
    });
  },
  isSetUp,
  "the notebook kernel is not set up; run: deno task setup",
);

/** Kept for eyes, if a folder for them is named. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
