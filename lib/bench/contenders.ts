import { fileURLToPath } from "node:url";
import type { EngineInfo, EngineName } from "../engine/mod.ts";
import { type Conversation, converse } from "./conversation.ts";
import type { StepConfig } from "./sizes.ts";
import type { Facts, Stepped } from "./worker.ts";

/** Something that takes training steps in a process of its own. */
export interface Contender {
  name: string;
  parameters: number;
  /** The engine, or what the twin says of itself. */
  about: EngineInfo | { torch: string; threads: number };
  /** Takes steps until there are so many, or so many seconds have passed; at least one. */
  steps(steps: number, seconds: number): Promise<Stepped>;
  /** Compile time and compiled memory; undefined where nothing is compiled. */
  facts(): Promise<Facts | undefined>;
  close(): Promise<void>;
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Starts the measuring process of an engine. */
export const startWorker = (engine: EngineName): Conversation =>
  converse(Deno.execPath(), ["run", "--quiet", "-A", pathOf("worker.ts")], { SPIN_ENGINE: engine });

/**
 * One of our engines with a model.
 *
 * @param weights a file to write its initial weights and cells to
 */
export async function engineContender(
  engine: EngineName,
  config: StepConfig,
  weights?: string,
): Promise<Contender> {
  const worker = startWorker(engine);
  const started = await worker.ask<{ engine: EngineInfo; parameters: number }>({
    do: "start",
    config,
    weights,
  });
  return {
    name: engine,
    parameters: started.parameters,
    about: started.engine,
    steps: (steps, seconds) => worker.ask({ do: "steps", steps, seconds }),
    async facts() {
      const facts = await worker.ask<Facts>({ do: "facts" });
      return facts.programs > 0 ? facts : undefined;
    },
    close: worker.close,
  };
}

/**
 * The PyTorch twin of a model.
 *
 * @param python an interpreter in which torch can be imported
 * @param weights a file to take its weights and cells from, else it draws its own
 * @throws UserError with what Python said if torch is not there.
 */
export async function twinContender(
  python: string,
  threads: number,
  config: StepConfig,
  weights?: string,
): Promise<Contender> {
  const twin = converse(python, [pathOf("torch_twin.py")]);
  const { parameters, ...about } = await twin.ask<{ torch: string; threads: number; parameters: number }>(
    { do: "start", config, threads, weights },
  );
  return {
    name: "PyTorch",
    parameters,
    about,
    steps: (steps, seconds) => twin.ask({ do: "steps", steps, seconds }),
    facts: () => Promise.resolve(undefined),
    close: twin.close,
  };
}
