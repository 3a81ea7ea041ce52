/** The script of every page: switches, buttons, and the explorer where there is one. */
import type { SiteRun } from "../runs.ts";
import { startExplorer } from "./explorer.ts";
import { startTaking } from "./take.ts";

declare global {
  // Set by records.js, which a page from a file can load where it cannot fetch.
  var SPIN_RUNS: SiteRun[] | undefined;
}

const page = document.documentElement;

function startSwitches(): void {
  const theme = document.querySelector<HTMLButtonElement>("[data-switch=theme]");
  const name = () => {
    const dark = page.dataset["theme"] === "dark";
    theme?.setAttribute("aria-pressed", String(dark));
  };
  theme?.addEventListener("click", () => {
    page.dataset["theme"] = page.dataset["theme"] === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", page.dataset["theme"]);
    } catch {
      // A page from a file may have no storage; the choice is then for this page alone.
    }
    name();
  });
  name();
  const code = document.querySelector<HTMLButtonElement>("[data-switch=code]");
  code?.addEventListener("click", () => {
    const open = code.getAttribute("aria-pressed") !== "true";
    code.setAttribute("aria-pressed", String(open));
    for (const one of document.querySelectorAll<HTMLDetailsElement>("details.source")) one.open = open;
  });
}

/** On a narrow screen the contents would stand before the page. */
function foldContents(): void {
  if (!matchMedia("(max-width: 68rem)").matches) return;
  for (const one of document.querySelectorAll<HTMLDetailsElement>(".contents details")) one.open = false;
}

startSwitches();
foldContents();
startTaking();
const explorer = document.querySelector<HTMLElement>("[data-explorer]");
if (explorer) startExplorer(explorer, globalThis.SPIN_RUNS ?? []);
