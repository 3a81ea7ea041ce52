/** The buttons below figures and tables. */
import { toCsv, toLatex } from "../../results/formats.ts";
import { cell, type TableView, toMarkdown } from "../../results/view.ts";
import { download } from "./dom.ts";

const textOf = (element: Element): string => element.textContent!.replace(/\s+/g, " ").trim();

/** A table of the page as the view that it was made of. */
export function viewOf(figure: Element): TableView {
  const lines = [...figure.querySelectorAll("tbody tr")].map((row) => [...row.children]);
  const notes = figure.querySelector(".notes")?.innerHTML.split("<br>") ?? [];
  return {
    title: figure.querySelector("caption")?.textContent ?? "",
    head: [...figure.querySelectorAll("thead th")].map(textOf),
    rows: lines.map(([label, ...cells]) => ({
      label: label ? textOf(label) : "",
      cells: cells.map((one) => cell(textOf(one), one.querySelector("strong") !== null)),
    })),
    notes: notes.map((note) => note.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">")),
  };
}

const TEXTS: Record<string, [ending: string, type: string, write: (view: TableView) => string]> = {
  csv: ["csv", "text/csv;charset=utf-8", toCsv],
  latex: ["tex", "application/x-tex;charset=utf-8", toLatex],
  markdown: ["md", "text/markdown;charset=utf-8", toMarkdown],
};

/** Gives the reader a table in one of the formats of its buttons. */
export function takeTable(view: TableView, name: string, format: string): void {
  const [ending, type, write] = TEXTS[format]!;
  download(`${name}.${ending}`, write(view), type);
}

const INK = "#1f2328";

/** The drawing as a file of its own: what the page adds to fit it in goes. */
export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.removeAttribute("style");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  // A figure that takes the page's colour has none of its own elsewhere, and is not for a dark page alone.
  copy.setAttribute("color", INK);
  return new XMLSerializer().serializeToString(copy);
}

const SCALE = 2;

async function pngOf(svg: SVGSVGElement): Promise<Blob> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SCALE * width, SCALE * height];
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob ? resolve(blob) : reject(new Error("no picture")), "image/png")
  );
}

export async function takeDrawing(svg: SVGSVGElement, name: string, format: string): Promise<void> {
  if (format === "svg") download(`${name}.svg`, svgText(svg), "image/svg+xml");
  else download(`${name}.png`, await pngOf(svg), "image/png");
}

export function startTaking(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[data-take]");
    const figure = button?.closest<HTMLElement>("figure[data-name]");
    if (!button || !figure) return;
    const { take } = button.dataset;
    const name = figure.dataset["name"]!;
    const svg = figure.querySelector<SVGSVGElement>(".scroll svg");
    if (svg) await takeDrawing(svg, name, take!);
    else takeTable(viewOf(figure), name, take!);
  });
}
