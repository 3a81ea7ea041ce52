/** A panel in a notebook: controls beside the live curve, served by the kernel, and its last state as a picture and a table. */
import { UserError } from "../errors.ts";
import type { Experiment, Settings } from "../experiments/experiment.ts";
import { STOP_FILE } from "../progress/stop.ts";
import { flushOutputs, jupyter, PROGRESS_FILE } from "../progress/progress.ts";
import { escapeHtml, type RunRecord, toHtml, toText } from "../results/mod.ts";
import type { FitTableOptions, FittedTable } from "../tabular/mod.ts";
import { type Bench, experimentBench, type Made, tableBench } from "./bench.ts";
import { trialFigure, trialTable } from "./compare.ts";
import type { Control } from "./controls.ts";
import { type PanelServer, serveSession } from "./server.ts";
import { createSession, type Session } from "./session.ts";

/** A panel as the code of a notebook has it. */
export interface Panel<Value> {
  /** What every run gave, in their order: a fitted table each, or the records of an experiment. */
  readonly results: Value[];
  /** The last of them; undefined before the first. */
  readonly last: Value | undefined;
  /** Trains with these options, as the Run button does. @throws UserError for a wrong option, and while another one trains */
  run(options?: Record<string, unknown>): Promise<void>;
  /** Trains a run on, the last one unless its place is given, from 0. */
  continue(steps: number, index?: number): Promise<void>;
  stop(): void;
  /** The page's address, for a tab of its own; undefined where nobody could open it. */
  url: string | undefined;
  /** Ends the page; its last state stays. */
  close(): Promise<void>;
}

export interface PanelOptions<Value> {
  /** Runs that are there already. */
  runs?: Value[];
  /** The folder of records; that of this machine unless given. */
  records?: string;
}

/** The last state, for a page without a kernel. */
export function staticState(trials: readonly Made<unknown>[], title: string): { html: string; text: string } {
  if (trials.length === 0) {
    const words = `${title}: no run yet. Run this cell in JupyterLab for its controls.`;
    return { html: `<p>${escapeHtml(words)}</p>`, text: words };
  }
  const figure = trialFigure(trials, title);
  const table = trialTable(trials);
  const svg = figure ? `${figure.outerHTML}\n` : "";
  return { html: svg + toHtml(table), text: toText(table) };
}

/**
 * An iframe of the page, which shows itself once the page has answered, and hides the picture of the last state with it. Where
 * there is no kernel nothing answers, and the picture stays.
 */
const frame = (url: string, id: string): string =>
  `<div id="${id}"><iframe src="${url}" title="panel" style="width:100%;height:0;border:0"></iframe></div>
<script>(() => {
  const box = document.getElementById("${id}"), frame = box.querySelector("iframe");
  addEventListener("message", ({ data, origin }) => {
    if (origin !== "${new URL(url).origin}" || data?.panel !== "alive" || !frame.isConnected) return;
    frame.style.height = data.height + 24 + "px";
    if (!box.querySelector("style")) {
      const style = document.createElement("style");
      style.textContent = ".${id} { display: none }";
      box.append(style);
    }
  });
})();</script>`;

/** Shows a session in the running cell and keeps its picture up to date. */
async function showSession<Value>(session: Session<Value>, url: string | undefined): Promise<void> {
  const kernel = jupyter();
  const title = session.state().title;
  if (!kernel) {
    console.log(staticState(session.trials, title).text);
    return;
  }
  const id = `panel-${crypto.randomUUID().slice(0, 8)}`;
  if (url) await kernel.display({ "text/html": frame(url, id), "text/plain": title }, { raw: true });
  let drawn = -1;
  const draw = async (): Promise<void> => {
    if (drawn === session.trials.length) return;
    const update = drawn >= 0;
    drawn = session.trials.length;
    const { html, text } = staticState(session.trials, title);
    const bundle = { "text/html": `<div class="${id}">${html}</div>`, "text/plain": text };
    await kernel.display(bundle, { raw: true, display_id: id, update });
  };
  await draw();
  session.watch(() => void draw());
  await flushOutputs();
}

/** A session in a notebook. A headless run has nobody to serve. */
async function panelOf<Value>(session: Session<Value>): Promise<Panel<Value>> {
  const isHeadless = [PROGRESS_FILE, STOP_FILE].some((name) => Deno.env.get(name) !== undefined);
  const isWatched = jupyter() !== undefined && !isHeadless;
  const server: PanelServer | undefined = isWatched ? serveSession(session) : undefined;
  await showSession(session, server?.url);
  return {
    get results() {
      return session.trials.map(({ value }) => value);
    },
    get last() {
      return session.trials.at(-1)?.value;
    },
    run: (options = {}) => session.run(options),
    continue: (steps, index) => session.continue(steps, index),
    stop: () => session.stop(),
    url: server?.url,
    close: async () => await server?.close(),
  };
}

/**
 * Controls for hyperparameters beside the live curve and the list of runs: Run trains with what they say, Stop ends the training under way and
 * keeps what was learnt, Continue adds steps to a run.
 *
 * @param base what is trained: the options of `fitTable`
 * @param controls by the names of options: values to choose from, `range(least, most)` or `log(least, most)`
 * @throws UserError for a name that is no option, and for a value out of its range
 *
 * @example
 * const lab = await panel({ table, target: "price" }, { h: [5, 10, 20], rate: log(1e-3, 1e-1) });
 * // After some runs: lab.results, lab.last.predict("new.csv")
 */
export function panel(
  base: FitTableOptions,
  controls: Record<string, Control>,
  options?: PanelOptions<FittedTable>,
): Promise<Panel<FittedTable>>;
/** The same for an experiment: every press of Run gives the records of `run` with these settings. */
export function panel<S extends Settings>(
  base: Experiment<S>,
  controls: Record<string, Control>,
  options: { settings: S; records?: string },
): Promise<Panel<RunRecord[]>>;
export async function panel(
  base: FitTableOptions | object,
  controls: Record<string, Control>,
  { runs = [], settings, records }: PanelOptions<FittedTable> & { settings?: Settings } = {},
): Promise<Panel<unknown>> {
  if (typeof controls !== "object" || controls === null) {
    throw new UserError("panel: expected controls, such as { h: [5, 10, 20] }, after what is trained");
  }
  if ("table" in base) {
    const bench = tableBench(base as FitTableOptions, records);
    return await panelOf(createSession<unknown>(bench as Bench<unknown>, controls, runs.map(bench.of)));
  }
  if (!settings) {
    throw new UserError("panel: expected the options of fitTable, or an experiment and { settings }");
  }
  const bench = await experimentBench(base as Experiment, settings, records);
  return await panelOf(createSession<unknown>(bench as Bench<unknown>, controls));
}
