/** For tests: a real browser, where there is one. */
import { type Browser, chromium, type Page } from "playwright-core";

const PLACES = [
  Deno.env.get("CHROMIUM"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

const isThere = (path: string | undefined): path is string => {
  try {
    return path !== undefined && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

const executablePath = PLACES.find(isThere);

/** A test in a browser. Without Chromium it is ignored, and its name says why. */
export function browserTest(name: string, work: (page: Page) => Promise<void>, ready = true, why = ""): void {
  const reason = executablePath === undefined ? "no Chromium: install it, or name its file in CHROMIUM" : why;
  const ignore = executablePath === undefined || !ready;
  Deno.test({
    name: ignore ? `${name} (ignored: ${reason})` : name,
    ignore,
    // The browser is a program of its own, which Playwright ends in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser: Browser = await chromium.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu"],
      });
      try {
        await work(await browser.newPage({ viewport: { width: 1280, height: 900 } }));
      } finally {
        await browser.close();
      }
    },
  });
}
