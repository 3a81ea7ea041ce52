import { fileURLToPath } from "node:url";
import {
  BENCH_MODELS,
  type BenchModel,
  processSize,
  SMALL,
  type StepConfig,
  tableStep,
} from "../bench/sizes.ts";
import { converse, engineSystem, type System, systemOf, type TwinInfo } from "../bench/systems.ts";
import { UserError } from "../errors.ts";
import { cell, type TableView } from "../results/mod.ts";
import { runTool } from "../setup/command.ts";

/** The twin: the same steps in PyTorch, which is asked in lines of JSON. */
export const TWIN = fileURLToPath(new URL("torch_twin.py", import.meta.url));

/** The same steps elsewhere, by the name that tables have: the file, and what it needs to be imported. */
const TWINS = {
  "PyTorch": { file: TWIN, module: "torch", compiled: false },
  "torch.compile": { file: TWIN, module: "torch", compiled: true },
  "JAX": { file: fileURLToPath(new URL("jax_twin.py", import.meta.url)), module: "jax", compiled: true },
} as const;
export type TwinName = keyof typeof TWINS;
export const TWIN_NAMES = Object.keys(TWINS) as TwinName[];

/** Those of the twins whose modules an interpreter can import. */
export async function twinsOf(python: string): Promise<TwinName[]> {
  const found = await Promise.all(["torch", "jax"].map(async (module) => {
    const look = `import importlib.util as u, sys; sys.exit(u.find_spec("${module}") is None)`;
    return (await runTool(python, ["-c", look]))?.code === 0 ? [module] : [];
  }));
  return TWIN_NAMES.filter((name) => found.flat().includes(TWINS[name].module));
}

/** Where the twins run. */
export interface Twin {
  /** An interpreter in which torch can be imported. */
  python: string;
  /** Those that are timed. */
  names: readonly TwinName[];
  threads: number;
  device: "cpu" | "cuda";
}

/**
 * A twin of a model.
 *
 * @param weights a file to take its weights and cells from
 * @throws UserError with what Python said if its module is not there.
 */
export async function twinSystem(
  name: TwinName,
  { python, threads, device }: Omit<Twin, "names">,
  config: StepConfig,
  weights: string,
): Promise<System> {
  const { file, compiled } = TWINS[name];
  const twin = converse(python, [file]);
  const { parameters, ...about } = await twin.ask<TwinInfo & { parameters: number }>(
    { do: "start", config, threads, device, weights, compiled },
  );
  return systemOf(twin, name, parameters, about);
}

/** Whether the twin computes what we compute. */
export interface TwinParity {
  label: string;
  parameters: { ours: number; twin: number };
  /** Losses of the same steps from the same weights on the same data, without dropout. */
  losses: { ours: number[]; twin: number[] };
  /** Largest difference of two losses, relative to the twin's. */
  difference: number;
}

const STEPS = 4;
/** Seconds; never reached. */
const PATIENCE = 600;

/** Losses of the twin may differ from ours by so much of themselves. */
const MOST = 1e-4;

/**
 * Lets our cpu engine and a twin start from the same weights; equal losses need equal models, gradients and optimisers.
 *
 * @throws UserError if the losses differ
 */
export async function twinParity(
  label: string,
  config: StepConfig,
  name: TwinName,
  twin: Omit<Twin, "names">,
): Promise<TwinParity> {
  const weights = await Deno.makeTempFile({ suffix: ".safetensors" });
  const open: System[] = [];
  try {
    const ours = await engineSystem("cpu", config, { weights });
    open.push(ours);
    const theirs = await twinSystem(name, { ...twin, device: "cpu" }, config, weights);
    open.push(theirs);
    const [a, b] = [await ours.steps(STEPS, PATIENCE), await theirs.steps(STEPS, PATIENCE)];
    const difference = Math.max(
      ...a.losses.map((loss, i) => Math.abs(loss - b.losses[i]!) / b.losses[i]!),
    );
    if (!(difference < MOST)) {
      throw new UserError(
        `${label}: the losses of the ${name} twin differ by ${difference.toExponential(1)}, ` +
          `expected less than ${MOST}; it does not compute the same and is not timed.`,
      );
    }
    return {
      label,
      parameters: { ours: ours.parameters, twin: theirs.parameters },
      losses: { ours: a.losses, twin: b.losses },
      difference,
    };
  } finally {
    await Promise.all(open.map((system) => system.close()));
    await Deno.remove(weights);
  }
}

/** Programs that are small and without dropout, to compare losses with the twin's. */
export const twinCases = (seed: number): Record<string, StepConfig> => ({
  "IPNP": { ...processSize(12, 7), batch: 3, width: 32, induce: 4, seed },
  ...Object.fromEntries(
    (Object.keys(BENCH_MODELS) as BenchModel[])
      .map((model) => [model, tableStep(model, { ...SMALL, rows: 20, dropout: 0 }, seed)]),
  ),
  "Set Transformer": {
    ...tableStep("NPT", { ...SMALL, rows: 20, dropout: 0 }, seed),
    model: "set-transformer",
  },
});

/** What was compared. */
export function twinTable(parity: readonly TwinParity[]): TableView {
  return {
    title: "The twins against ours: same weights, same data, no dropout, Adam steps",
    head: ["", "parameters", "in the twin", "steps", "largest difference of losses"],
    rows: parity.map(({ label, parameters, losses, difference }) => ({
      label,
      cells: [
        parameters.ours.toLocaleString("en"),
        parameters.twin.toLocaleString("en"),
        String(losses.ours.length),
        difference.toExponential(1),
      ].map((text) => cell(text)),
    })),
    notes: [],
  };
}
