import { type Browser, chromium, type Page } from "playwright-core";
import { processEnvironment } from "../setup/command.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const folders = (processEnvironment()["PATH"] ?? "").split(":");
const isFile = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

/** Where Chromium is; undefined without one. */
export const CHROMIUM = NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`)).find(isFile);

/** Why a test of the browser is left out; nothing where there is Chromium. */
export const noChromium = CHROMIUM ? "" : " (left out: there is no chromium in PATH)";

const QUIET = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"];
const STILL = ["disable-component-update", "disable-sync", "no-sandbox"];

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM!, args: [...QUIET, ...STILL].map((word) => `--${word}`) });

/** Notes errors of a page's console and scripts, and whatever it asks for that is not a file beside it. */
export function watch(page: Page): string[] {
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) wrong.push(`asked for ${request.url()}`);
  });
  return wrong;
}
