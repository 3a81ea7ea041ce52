/** The page of a panel, in a browser: controls, the curve of what trains, and the list of runs. */
import * as Inputs from "@observablehq/inputs";
import * as Plot from "@observablehq/plot";
import type { DrawnControl } from "../controls.ts";
import type { DrawnCurve, PanelState } from "../session.ts";
import style from "./style.css";

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#a3548a", "#d99500", "#6f6f6f", "#211662", "#35b1bb"];

const element = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

const post = (what: string, body: object = {}): Promise<unknown> =>
  fetch(what, { method: "POST", body: JSON.stringify(body) });

/** One input of Observable's; its value is the option's. */
function inputOf(control: DrawnControl): HTMLElement & { value: unknown } {
  const { name, about, value } = control;
  const input = "choices" in control
    ? Inputs.select(control.choices, { label: name, value, format: String })
    : Inputs.range([control.least, control.most], {
      label: name,
      value,
      ...control.log
        ? {
          transform: Math.log,
          format: (number: number) => Number(number.toPrecision(3)),
        }
        : { step: control.step ?? 1 },
    });
  input.dataset.option = name;
  input.title = about;
  return input;
}

/** The validation curves of all runs, and the training curve of the one that is under way. */
function plotOf(curves: DrawnCurve[], isRunning: boolean): Element {
  const points = curves.flatMap(({ name, train, validation }, i) => {
    const finite = validation.filter(([, value]) => Number.isFinite(value));
    return (finite.length > 0 ? finite : train).map(([step, value]) => ({ run: name, step, value, i }));
  });
  const last = curves.at(-1);
  const now = isRunning && last ? last.train.map(([step, value]) => ({ step, value, run: last.name })) : [];
  const best = curves.flatMap(({ name, best, validation }) =>
    validation.filter(([step]) => step === best).map(([step, value]) => ({ run: name, step, value }))
  );
  const all = [...points, ...now];
  if (all.length === 0) return element("p", { className: "empty" }, "No curve yet: press Run.");
  const names = curves.map(({ name }) => name);
  const scale = all.every(({ value }) => value > 0) ? "log" : "linear";
  return Plot.plot({
    width: 640,
    height: 300,
    marginLeft: 56,
    style: { background: "white", color: "#1f2328", fontSize: "12px" },
    x: { label: "optimiser step", zero: true },
    marginBottom: 40,
    y: { label: "loss", type: scale, grid: true, tickFormat: ".3~g" },
    color: {
      domain: names,
      range: names.map((_, i) => COLOURS[i % COLOURS.length]!),
      legend: names.length > 1,
    },
    marks: [
      Plot.line(now, { x: "step", y: "value", stroke: "#8a98a8", strokeOpacity: 0.8 }),
      Plot.line(points, { x: "step", y: "value", stroke: "run", strokeWidth: 2 }),
      Plot.dot(points, { x: "step", y: "value", fill: "run", r: 2 }),
      Plot.dot(best, { x: "step", y: "value", stroke: "run", r: 6, symbol: "circle" }),
    ],
  });
}

function tableOf(
  { table: { head, rows } }: PanelState,
  again: (index: number) => void,
  idle: boolean,
): Element {
  if (rows.length === 0) return element("p");
  const body = rows.map(({ label, cells }, i) => {
    const on = element("button", { type: "button", disabled: !idle, onclick: () => again(i) }, "Continue");
    on.dataset.continue = String(i);
    return element(
      "tr",
      {},
      element("td", {}, label),
      ...cells.map(({ text, best }) => element("td", {}, best ? element("strong", {}, text) : text)),
      element("td", {}, on),
    );
  });
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...[...head, ""].map((text) => element("th", {}, text)))),
    element("tbody", {}, ...body),
  );
}

const main = document.querySelector("main")!;
document.head.append(element("style", {}, style));

const controls = element("form", { className: "controls", onsubmit: (event) => event.preventDefault() });
const line = element("p", { className: "line" });
line.setAttribute("role", "status");
const figure = element("div", { className: "figure" });
const list = element("div", { className: "list" });
const runButton = element("button", { type: "button" }, "Run");
const stopButton = element("button", { type: "button", disabled: true }, "Stop");
const more = element("input", { type: "number", min: "1", value: "200", title: "further steps of Continue" });
const title = element("h1");
main.append(
  title,
  element(
    "div",
    { className: "columns" },
    element(
      "section",
      {},
      controls,
      element(
        "div",
        { className: "buttons" },
        runButton,
        stopButton,
        element("label", {}, "Continue for ", more, " steps"),
      ),
    ),
    element("section", {}, figure, line),
  ),
  list,
);

let inputs: ReturnType<typeof inputOf>[] = [];

const options = (): Record<string, unknown> =>
  Object.fromEntries(inputs.map((input) => [input.dataset.option!, input.value]));

/** What is wrong with a number that was typed: its input keeps the last value that was right. */
function wrongNumber(input: ReturnType<typeof inputOf>): string | undefined {
  const field = input.querySelector<HTMLInputElement>("input[type=number]");
  if (!field || field.validity.valid) return undefined;
  const { value, min, max, step } = field;
  const steps = step === "any" ? "" : ` in steps of ${step}`;
  return `${input.dataset.option}: expected a number from ${min} to ${max}${steps}, found "${value}"`;
}

/** Asks the kernel to train, and says so at once: while it compiles it does not answer. */
function train(what: string, body: object): void {
  const wrong = what === "run" ? inputs.flatMap((input) => wrongNumber(input) ?? []) : [];
  if (wrong.length > 0) {
    line.textContent = wrong.join("; ");
    return;
  }
  line.textContent = "starting";
  disable(runButton, ...continueButtons());
  void post(what, body);
}

const continueButtons = () => list.querySelectorAll("button");

const disable = (...buttons: HTMLButtonElement[]) => {
  for (const button of buttons) button.disabled = true;
};

runButton.onclick = () => train("run", { options: options() });
stopButton.onclick = () => post("stop");

function show(state: PanelState): void {
  if (inputs.length === 0) {
    inputs = state.controls.map(inputOf);
    controls.append(...inputs);
  }
  const idle = state.running === null;
  title.textContent = state.title;
  runButton.disabled = !idle;
  stopButton.disabled = idle || state.running!.stopping;
  line.textContent = state.running
    ? `${state.running.line}${state.running.stopping ? " · stopping" : ""}`
    : state.message;
  figure.replaceChildren(plotOf(state.curves, !idle));
  list.replaceChildren(
    tableOf(state, (index) => train("continue", { steps: Number(more.value), index }), idle),
  );
  parent.postMessage({ panel: "alive", height: document.documentElement.offsetHeight }, "*");
}

const source = new EventSource("events");
source.onmessage = ({ data }) => show(JSON.parse(data));
source.onerror = () => {
  line.textContent = "The kernel does not answer; this is the last state.";
  disable(runButton, stopButton, ...continueButtons());
};
