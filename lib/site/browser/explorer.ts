/** The explorer of runs: filters, a table, curves, two runs beside each other. */
import * as Plot from "@observablehq/plot";
import { csv } from "../../results/formats.ts";
import { cell, type TableView } from "../../results/view.ts";
import { optionLabel, optionsOf, rowOf, shortNumber, type SiteRun } from "../runs.ts";
import { axesOf, pointsOf } from "./curves.ts";
import { choice, download, h } from "./dom.ts";
import {
  choicesOf,
  type Filter,
  filtered,
  FILTERS,
  type Filters,
  type Order,
  type Shown,
  shown,
  textOf,
} from "./select.ts";
import { takeDrawing, takeTable } from "./take.ts";

interface State {
  filters: Filters;
  by: string;
  order?: Order;
  x: string;
  y: string;
  logX: boolean;
  logY: boolean;
  hidden: Set<string>;
  /** Two runs at most, by their place among all. */
  compared: SiteRun[];
}

const GROUPS: [string, string][] = [
  ["", "every run"],
  ["model", "model"],
  ["set,model", "set and model"],
  ["model,profile", "model and profile"],
  ["experiment,profile", "experiment and profile"],
  ["source", "source"],
];

const LABELS: Record<string, string> = {
  source: "Source",
  mine: "made here",
  kept: "kept",
  authors: "the authors'",
};
const labelOf = (value: string): string => LABELS[value] ?? value;

const scroll = (label: string, ...children: Node[]): HTMLElement =>
  h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, ...children);

const takeAway = (label: string, ...buttons: [text: string, click: () => void][]): HTMLElement =>
  h(
    "div",
    { class: "take", role: "group", "aria-label": label },
    ...buttons.map(([text, click]) => h("button", { type: "button", click }, text)),
  );

/** The filters of the page's address: "runs.html?experiment=uci&profile=quick". */
export function filtersOf(query: string): Filters {
  const words = new URLSearchParams(query);
  return Object.fromEntries(FILTERS.flatMap((name) => words.has(name) ? [[name, words.get(name)!]] : []));
}

/** Writes the filters into the page's address, so that what is seen can be sent and opened again. */
function keepInAddress(filters: Filters): void {
  const words = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  const query = words.size > 0 ? `?${words}` : "";
  history.replaceState(null, "", location.pathname + query + location.hash);
}

export function startExplorer(root: HTMLElement, runs: readonly SiteRun[]): void {
  const asked = filtersOf(location.search);
  const first = runs[0] ? String(rowOf(runs[0])["experiment"]) : "";
  const state: State = {
    filters: Object.keys(asked).length > 0 ? asked : { experiment: first },
    by: "",
    x: "",
    y: "",
    logX: false,
    logY: false,
    hidden: new Set(),
    compared: [],
  };
  const parts = {
    filters: h("form", {
      class: "filters",
      "aria-label": "Filters",
      submit: (event) => event.preventDefault(),
    }),
    status: h("p", { role: "status", class: "status" }),
    table: h("figure", { class: "table" }),
    curves: h("section", { class: "curves" }),
    compare: h("section", { class: "compare" }),
  };
  root.replaceChildren(...Object.values(parts));

  function set(change: Partial<State>): void {
    Object.assign(state, change);
    draw();
  }

  /** Draws anew what depends on the state; the focus stays on the control that was used. */
  function draw(): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset["key"] ??
      document.activeElement?.getAttribute("aria-label");
    const table = shown(runs, state.filters, state.by ? state.by.split(",") : [], state.order);
    const fit = filtered(runs, state.filters);
    drawFilters();
    parts.status.textContent = `${fit.length} of ${runs.length} runs` +
      (state.by ? `, ${table.rows.length} groups: mean ± standard error` : "");
    drawTable(table, fit);
    drawCurves(fit);
    drawComparison();
    if (!focused) return;
    const same = [...root.querySelectorAll<HTMLElement>("[data-key], [aria-label]")]
      .find((one) => (one.dataset["key"] ?? one.getAttribute("aria-label")) === focused);
    same?.focus({ preventScroll: true });
  }

  function drawFilters(): void {
    const selects = FILTERS.map((name) => {
      const own = state.filters[name] ?? "";
      // What the address asks for is shown, though there may be none of it.
      const values = [...new Set([...choicesOf(runs, state.filters, name), ...own ? [own] : []])];
      return choice(
        name,
        [["", "all"], ...values.map((value) => [value, labelOf(value)] as [string, string])],
        own,
        (value) => setFilter(name, value),
      );
    });
    const groups = choice("one row for", GROUPS, state.by, (by) => set({ by }));
    const clear = () => {
      keepInAddress({});
      set({ filters: {} });
    };
    parts.filters.replaceChildren(...selects, groups, h("button", { type: "button", click: clear }, "Clear"));
  }

  function setFilter(name: Filter, value: string): void {
    state.filters = { ...state.filters, [name]: value };
    // Another experiment has other sets and models.
    for (const other of FILTERS) {
      const own = state.filters[other];
      if (own && other !== name && !choicesOf(runs, state.filters, other).includes(own)) {
        state.filters = { ...state.filters, [other]: "" };
      }
    }
    state.hidden.clear();
    keepInAddress(state.filters);
    draw();
  }

  function sortBy(column: string): void {
    set({ order: { column, down: state.order?.column === column && !state.order.down } });
  }

  function toggleCompared(run: SiteRun): void {
    const others = state.compared.filter((one) => one !== run);
    set({ compared: others.length < state.compared.length ? others : [...state.compared, run].slice(-2) });
  }

  function drawTable(table: Shown, fit: readonly SiteRun[]): void {
    const isNumber = table.columns.map((name) =>
      table.rows.some(({ values }) => typeof values[name] === "number")
    );
    const heads = table.columns.map((name, i) => {
      const sorted = state.order?.column === name ? (state.order.down ? "descending" : "ascending") : "none";
      const arrow = sorted === "none" ? "" : sorted === "descending" ? " ▼" : " ▲";
      return h(
        "th",
        { scope: "col", "aria-sort": sorted, class: isNumber[i]! ? "number" : "" },
        h("button", { type: "button", "data-key": `sort ${name}`, click: () => sortBy(name) }, name + arrow),
      );
    });
    const own = !state.by;
    const lines = table.rows.map(({ texts, run }) => {
      const cells = texts.map((text, i) => h("td", isNumber[i]! ? { class: "number" } : {}, labelOf(text)));
      if (!own) return h("tr", {}, ...cells);
      const box = h("input", {
        type: "checkbox",
        "data-key": `compare ${runs.indexOf(run!)}`,
        "aria-label": `compare ${texts.slice(0, 5).join(", ")}`,
        checked: state.compared.includes(run!),
        change: () => toggleCompared(run!),
      });
      return h("tr", {}, h("td", {}, box), ...cells);
    });
    const head = h("tr", {}, ...own ? [h("th", { scope: "col" }, "compare")] : [], ...heads);
    const name = ["runs", ...Object.values(state.filters).filter(Boolean)].join("_");
    const view: TableView = {
      title: `Runs: ${Object.values(state.filters).filter(Boolean).join(", ") || "all"}`,
      head: table.columns,
      rows: table.rows.map(({ texts: [label, ...texts] }) => ({
        label: labelOf(label!),
        cells: texts.map((text) => cell(text)),
      })),
      notes: [],
    };
    const caption = h("caption", { class: "unseen" }, "Runs");
    const records = () => fit.map((run) => run.source === "authors" ? run : run.record);
    parts.table.replaceChildren(
      scroll("Runs", h("table", {}, caption, h("thead", {}, head), h("tbody", {}, ...lines))),
      takeAway(
        "Take away these runs",
        ["CSV of values", () => download(`${name}.csv`, valuesCsv(table), "text/csv;charset=utf-8")],
        ["LaTeX", () => takeTable(view, name, "latex")],
        ["Markdown", () => takeTable(view, name, "markdown")],
        [
          "records (JSON)",
          () => download(`${name}.json`, JSON.stringify(records(), null, 2), "application/json"),
        ],
      ),
    );
  }

  function drawCurves(fit: readonly SiteRun[]): void {
    const axes = axesOf(fit);
    const title = h("h2", { id: "curves" }, "Curves");
    if (axes.size === 0) {
      const words =
        "These runs have no curves, and no option of which a model has several values while the others are the same.";
      parts.curves.replaceChildren(title, h("p", {}, words));
      return;
    }
    if (!axes.has(state.x)) state.x = [...axes.keys()][0]!;
    const ys = axes.get(state.x)!;
    if (!ys.includes(state.y)) state.y = ys.find((name) => name === "target") ?? ys[0]!;
    const points = pointsOf(fit, state.x, state.y);
    const series = [...new Set(points.map((point) => point.series))];
    const colour = (name: string) => COLOURS[series.indexOf(name) % COLOURS.length]!;
    const visible = points.filter(({ x, y, series: name }) =>
      !state.hidden.has(name) && (!state.logX || x > 0) && (!state.logY || y > 0)
    );
    const toggle = (label: string, on: boolean, change: () => void) =>
      h(
        "label",
        { class: "toggle" },
        h("input", { type: "checkbox", "data-key": label, checked: on, change }),
        ` ${label}`,
      );
    const legend = series.map((name) => {
      const on = !state.hidden.has(name);
      const click = () => {
        if (on) state.hidden.add(name);
        else state.hidden.delete(name);
        draw();
      };
      const swatch = h("span", { class: "swatch", style: `background:${colour(name)}` });
      return h(
        "button",
        { type: "button", "aria-pressed": String(on), "data-key": `series ${name}`, click },
        swatch,
        name,
      );
    });
    const label = optionLabel(state.x);
    const plot = visible.length === 0 ? undefined : Plot.plot({
      width: 760,
      height: 400,
      marginLeft: 70,
      grid: true,
      style: { background: "transparent", fontSize: "13px" },
      x: { type: state.logX ? "log" : "linear", label, tickFormat: "~s" },
      y: { type: state.logY ? "log" : "linear", label: state.y, tickFormat: "~s" },
      marks: [
        Plot.line(visible, {
          x: "x",
          y: "y",
          z: "series",
          stroke: (point) => colour(point.series),
          strokeWidth: 1.75,
        }),
        Plot.dot(visible, { x: "x", y: "y", fill: (point) => colour(point.series), r: 3 }),
        Plot.tip(
          visible,
          Plot.pointer({
            x: "x",
            y: "y",
            title: ({ series: name, x, y }) =>
              `${name}\n${label}: ${shortNumber(x)}\n${state.y}: ${shortNumber(y)}`,
            // The words have the colour of the page's text.
            fill: "var(--card)",
          }),
        ),
      ],
    });
    for (const group of plot?.querySelectorAll("[aria-label]") ?? []) group.removeAttribute("aria-label");
    plot?.setAttribute("role", "img");
    plot?.setAttribute(
      "aria-label",
      `${state.y} against ${label}. Series: ${series.filter((name) => !state.hidden.has(name)).join("; ")}.`,
    );
    plot?.setAttribute("style", `${plot.getAttribute("style") ?? ""};min-width:560px`);
    const name = `curves_${state.y}_${label}`;
    const lines = visible.map(({ series: own, x, y }) => [own, String(x), String(y)]);
    parts.curves.replaceChildren(
      title,
      h(
        "form",
        { class: "filters", "aria-label": "Axes", submit: (event) => event.preventDefault() },
        choice("against", [...axes.keys()].map((key) => [key, optionLabel(key)]), state.x, (x) => set({ x })),
        choice("measure", ys, state.y, (y) => set({ y })),
        toggle("log x", state.logX, () => set({ logX: !state.logX })),
        toggle("log y", state.logY, () => set({ logY: !state.logY })),
      ),
      h("div", { class: "legend", role: "group", "aria-label": "Series" }, ...legend),
      plot
        ? scroll("Curves", plot)
        : h("p", {}, "Nothing to draw: all series are hidden, or no value is positive."),
      takeAway(
        "Take away these curves",
        ...(plot ? ["SVG", "PNG"] : []).map((format): [string, () => void] => [
          format,
          () => void takeDrawing(plot as SVGSVGElement, name, format.toLowerCase()),
        ]),
        [
          "CSV of points",
          () =>
            download(`${name}.csv`, csv([["series", label, state.y], ...lines]), "text/csv;charset=utf-8"),
        ],
      ),
    );
  }

  function drawComparison(): void {
    const title = h("h2", { id: "compare" }, "Two runs compared");
    const [a, b] = state.compared;
    if (!a || !b) {
      const words = `Choose two runs in the table${a ? "; one is chosen" : ""}.`;
      parts.compare.replaceChildren(title, h("p", {}, words));
      return;
    }
    const rows = (left: Record<string, unknown>, right: Record<string, unknown>) =>
      [...new Set([...Object.keys(left), ...Object.keys(right)])].map((name) =>
        [name, left[name], right[name]] as const
      );
    const options = rows(optionsOf(a), optionsOf(b));
    const differing = options.filter(([, x, y]) => x !== y);
    const words = new Set(["source", "experiment", "profile", "set", "model", "fold", "seed"]);
    const measures = rows(rowOf(a), rowOf(b)).filter(([name]) => !words.has(name));
    const lines = (list: readonly (readonly [string, unknown, unknown])[], heading: string) =>
      h(
        "tbody",
        {},
        h("tr", {}, h("th", { scope: "rowgroup", colspan: "3" }, heading)),
        ...list.map(([name, x, y]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, optionLabel(name)),
            h("td", {}, textOf(x)),
            h("td", {}, textOf(y)),
          )
        ),
      );
    const nameOf = (run: SiteRun) => {
      const row = rowOf(run);
      return ["model", "set", "profile", "fold", "seed"].filter((name) => row[name] !== null)
        .map((name) => name === "fold" || name === "seed" ? `${name} ${row[name]}` : row[name]).join(", ");
    };
    const heads = [a, b].map((run) => h("th", { scope: "col" }, nameOf(run)));
    const table = h(
      "table",
      { class: "compared" },
      h("thead", {}, h("tr", {}, h("td", {}), ...heads)),
      lines(measures, "Measures"),
      lines(differing, "Options that differ"),
    );
    parts.compare.replaceChildren(
      title,
      h("p", {}, `${differing.length} of ${options.length} options differ.`),
      scroll("Two runs compared", table),
    );
  }

  draw();
}

/** All values of a table in full, a column for each standard error. */
function valuesCsv({ columns, rows }: Shown): string {
  const names = columns.flatMap((name) =>
    rows.some(({ values }) => `${name}, standard error` in values)
      ? [name, `${name}, standard error`]
      : [name]
  );
  return csv([names, ...rows.map(({ values }) => names.map((name) => String(values[name] ?? "")))]);
}

/** Colours that differ in lightness, on white and on black. */
const COLOURS = [
  ...["#4269d0", "#e07b00", "#d6443c", "#1f9e9e", "#3ca951"],
  ...["#d6619a", "#8f5fd0", "#9c6b4e", "#7d8590", "#1d8fd6"],
];
