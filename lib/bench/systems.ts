import { fileURLToPath } from "node:url";
import type { EngineInfo, EngineName } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import { outputLines, processEnvironment } from "../setup/command.ts";
import { MALLOC } from "../setup/kernel.ts";
import type { BenchConfig } from "./run.ts";
import type { Facts, Stepped } from "./worker.ts";

export interface TwinInfo {
  /** Its version, of whichever it is. */
  torch?: string;
  jax?: string;
  threads: number;
  /** "cpu", or the name of the GPU. */
  device: string;
}

/** Something that takes training steps in a process of its own. */
export interface System {
  name: string;
  parameters: number;
  /** The engine, or what the twin says of itself. */
  about: EngineInfo | TwinInfo;
  /** Takes steps until there are so many, or so many seconds have passed; at least one. */
  steps(steps: number, seconds: number): Promise<Stepped>;
  /** Compile time, memory, time to the first step. */
  facts(): Promise<Facts>;
  close(): Promise<void>;
}

/** A file of this folder. */
export const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Starts the measuring process of an engine.
 *
 * @param programs folder of compiled programs, or "off"
 */
export const startWorker = (engine: EngineName, programs = "off"): Conversation =>
  converse(Deno.execPath(), ["run", "--quiet", "-A", pathOf("worker.ts")], {
    ...MALLOC,
    SPIN_ENGINE: engine,
    SPIN_PROGRAMS: programs,
  });

/**
 * One of our engines with a model.
 *
 * @param weights a file to write its initial weights and data to
 * @param programs folder of compiled programs, or "off"
 */
export async function engineSystem(
  engine: EngineName,
  config: BenchConfig,
  { weights, programs }: { weights?: string; programs?: string } = {},
): Promise<System> {
  const worker = startWorker(engine, programs);
  const started = await worker.ask<{ engine: EngineInfo; parameters: number }>({
    do: "start",
    config,
    weights,
  });
  return systemOf(worker, engine, started.parameters, started.engine);
}

export const systemOf = (
  { ask, close }: Conversation,
  name: string,
  parameters: number,
  about: System["about"],
): System => ({
  name,
  parameters,
  about,
  steps: (steps, seconds) => ask({ do: "steps", steps, seconds }),
  facts: () => ask({ do: "facts" }),
  close,
});

const running = new Set<Deno.ChildProcess>();

/** Ends the processes that are still asked something. */
export function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** A process that is asked in lines of JSON and answers each with a line of JSON. */
interface Conversation {
  ask<T>(message: unknown): Promise<T>;
  close(): Promise<void>;
}

const LAST_LINES = 6;

/**
 * Starts a process to talk to.
 *
 * @throws UserError if it cannot be started; `ask` does if it ends without an answer, with its last lines.
 */
export function converse(command: string, args: string[], env: Record<string, string> = {}): Conversation {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args,
      env: processEnvironment(env),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new UserError(`${command} cannot be started: ${error instanceof Error ? error.message : error}`);
  }
  running.add(child);
  child.status.then(() => running.delete(child));
  const writer = child.stdin.getWriter();
  const lines = outputLines(child.stdout);
  const complaints = new Response(child.stderr).text();
  return {
    async ask<T>(message: unknown) {
      // A process that has ended takes no more lines; its complaints say why.
      await writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n")).catch(() => {});
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value) as T;
      const said = (await complaints).trim().split("\n").slice(-LAST_LINES).join("\n");
      throw new UserError(`${[command, ...args].join(" ")} ended without an answer:\n${said}`);
    },
    async close() {
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}
