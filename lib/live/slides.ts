import { DISPLAY } from "../display.ts";
import { UserError } from "../errors.ts";
import type { Figure } from "../plots/mod.ts";
import { escapeHtml } from "../results/mod.ts";

/**
 * Figures behind a slider, all of them in the page: they can be gone through without a kernel, in a rendered page too. Without
 * scripts the first is shown.
 *
 * @param slides a label and a figure each
 * @param name what the slider changes, before its label
 * @throws UserError without any
 *
 * @example
 * await show(slides(sizes.map((n) => ({ label: String(n), figure: drawn(n) })), "context points"));
 */
export function slides(slides: readonly { label: string; figure: Figure }[], name = ""): object {
  if (!Array.isArray(slides) || slides.length === 0 || !slides.every((slide) => slide?.figure?.outerHTML)) {
    throw new UserError("slides: expected a list of { label, figure }, at least one");
  }
  const labels = slides.map(({ label }) => escapeHtml(label));
  const figures = slides.map(({ figure }, i) =>
    `<div data-slide="${i}"${i === 0 ? "" : " hidden"}>${figure.outerHTML}\n</div>`
  );
  const oninput = "const box = this.closest('[data-slides]');" +
    "box.querySelectorAll('[data-slide]').forEach((slide, i) => slide.hidden = i !== Number(this.value));" +
    "box.querySelector('output').textContent = JSON.parse(box.dataset.slides)[this.value];";
  const html = `<div data-slides="${escapeHtml(JSON.stringify(slides.map(({ label }) => label)))}">` +
    `<label>${escapeHtml(name)} <input type="range" min="0" max="${slides.length - 1}" value="0" ` +
    `oninput="${oninput}" style="vertical-align:middle;width:20em"> <output>${labels[0]}</output></label>` +
    `${figures.join("\n")}</div>`;
  return {
    [DISPLAY]: () => ({
      "text/html": html,
      "text/plain": `[figures: ${slides.map(({ label }) => label).join(", ")}]`,
    }),
  };
}
