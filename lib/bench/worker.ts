/** The measuring process of one engine: reads a configuration, then requests, in lines of JSON. */
import { stdin } from "node:process";
import { createInterface } from "node:readline";
import { writeSafetensors } from "../data/mod.ts";
import { compileTime, type EngineInfo, useEngine } from "../engine/mod.ts";
import { tensorsOf } from "../parity/twin_tensors.ts";
import { peakResidentBytes } from "../results/mod.ts";
import { callCost } from "./calls.ts";
import type { BenchConfig } from "./run.ts";
import { benchProcessStep, type BenchStep, createTableStep } from "./step.ts";
import { createTfjsStep } from "./tfjs.ts";

type Request =
  | { do: "start"; config: BenchConfig; /** file for the initial weights and the cells */ weights?: string }
  /** Takes steps until there are so many, or so many seconds have passed. */
  | { do: "steps"; steps: number; seconds: number }
  | { do: "facts" }
  | { do: "calls"; buffers: number; calls: number };

interface Started {
  engine: EngineInfo;
  parameters: number;
}

export interface Stepped {
  seconds: number[];
  losses: number[];
}

export interface Facts {
  compileSeconds: number;
  programs: number;
  /** Bytes that the compiled step needs beyond its inputs and outputs, and at its peak; null where not compiled. */
  memory: { temporary: number; peak: number } | null;
  /** The most that the process had in memory at once, in bytes; null where the system does not say. */
  resident: number | null;
  /** Seconds from the process's start to its first finished step, waiting to be asked included. */
  firstStep: number;
}

const engine = await useEngine();
let step: Pick<BenchStep, "run" | "memory"> | undefined;
let firstStep = 0;

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case "start": {
      const { config, weights } = request;
      let parameters: { count: number }[];
      if (config.kind === "tfjs") {
        ({ parameters } = step = createTfjsStep(config));
      } else {
        const own = config.kind === "table" ? createTableStep(config) : benchProcessStep(config);
        ({ parameters } = step = own);
        if (weights) await writeSafetensors(weights, await tensorsOf(own, config));
      }
      return { engine, parameters: parameters.reduce((sum, { count }) => sum + count, 0) } satisfies Started;
    }
    case "steps": {
      const stepped: Stepped = { seconds: [], losses: [] };
      const begin = performance.now();
      do {
        const start = performance.now();
        stepped.losses.push(await step!.run());
        // The clock of performance starts with the process.
        firstStep ||= performance.now() / 1000;
        stepped.seconds.push((performance.now() - start) / 1000);
      } while (stepped.seconds.length < request.steps && performance.now() - begin < request.seconds * 1000);
      return stepped;
    }
    case "facts": {
      const { milliseconds, programs } = compileTime();
      const memory = step?.memory();
      return {
        compileSeconds: milliseconds / 1000,
        programs,
        resident: await peakResidentBytes(),
        firstStep,
        memory: memory ? { temporary: Number(memory.temporary), peak: Number(memory.peak) } : null,
      } satisfies Facts;
    }
    case "calls":
      return await callCost(request.buffers, request.calls);
  }
}

for await (const line of createInterface({ input: stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line) as Request)));
}
