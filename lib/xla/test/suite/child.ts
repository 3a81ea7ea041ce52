/** Runs the bundled test suite in this process: `child.ts BUNDLE OPTIONS RESULTS`. Started by `run.ts`. */
import jasmineCore from "jasmine-core";
import { writeFileSync } from "node:fs";
import process from "node:process";
import type { ChildOptions, Compilation, Spec, SuiteRun } from "./run.ts";

/** What the bundle exports (it is built at run time, so its types are told here). */
interface Bundle {
  registerXla(plugin: string): { programs: { spent: Compilation } };
  setTestEnvs(envs: { name: string; backendName: string; isDataSync: boolean }[]): void;
  setupTestFilters(filters: [], include: (name: string) => boolean): void;
  loadTests(): Promise<unknown>;
  getKernelsForBackend(backend: string): KernelConfig[];
}

interface KernelConfig {
  kernelName: string;
  kernelFunc: (call: unknown) => unknown;
}

/** tfjs puts the engine's name and flags into the names of specs; here they are the same on every engine. */
const plainName = (name: string) => name.replace(` ${backend} {}`, "");

/** A spec, or a group with those in it. */
interface Described {
  children?: Described[];
  getFullName(): string;
}

/** The names of a group's first spec and of its first one about gradients. */
function firstSpecs(group: Described): string[] {
  const namesIn = (of: Described): string[] => of.children?.flatMap(namesIn) ?? [plainName(of.getFullName())];
  const names = namesIn(group);
  return [names[0], names.find((name) => /grad/i.test(name))].filter((name) => name !== undefined);
}

interface SpecResult {
  fullName: string;
  status: string;
  duration: number | null;
  failedExpectations: { message: string; stack?: string }[];
}

const [bundlePath, optionsText, resultsPath] = process.argv.slice(2) as [string, string, string];
const { backend, plugin, skipped, only, sample }: ChildOptions = JSON.parse(optionsText);

// Jasmine's functions are globals, and the tests expect them when they are loaded.
const jasmine = jasmineCore.boot();
const environment = jasmine.getEnv();
const bundle: Bundle = await import(bundlePath);
const compilation = plugin === undefined ? undefined : bundle.registerXla(plugin).programs.spent;
bundle.setTestEnvs([{ name: backend, backendName: backend, isDataSync: true }]);

const left = new Set(skipped);
let chosen: Set<string> | undefined;
bundle.setupTestFilters([], (name) => {
  const plain = plainName(name);
  return !left.has(plain) && (only === undefined || plain.startsWith(only)) && (chosen?.has(plain) ?? true);
});
await bundle.loadTests();
if (sample) chosen = new Set([...sample, ...environment.topSuite().children.flatMap(firstSpecs)]);

/** The kernels that ran since the last spec ended. */
const ran = new Set<string>();
const configs = bundle.getKernelsForBackend(backend);
for (const config of configs) {
  const { kernelName, kernelFunc } = config;
  config.kernelFunc = (call) => {
    ran.add(kernelName);
    return kernelFunc(call);
  };
}

const specs: Spec[] = [];
const groups: string[] = [];
environment.configure({ random: false });
environment.addReporter({
  suiteStarted: ({ description }: { description: string }) => groups.push(plainName(description)),
  suiteDone: () => groups.pop(),
  specDone({ fullName, status, duration, failedExpectations }: SpecResult) {
    const errors = failedExpectations.map(({ message }) => message);
    specs.push({
      suite: groups[0] ?? "",
      name: plainName(fullName),
      status: status as Spec["status"],
      milliseconds: duration ?? 0,
      errors,
      kernels: [...ran],
    });
    ran.clear();
  },
});
await environment.execute();
const kernels = configs.map(({ kernelName }) => kernelName);
writeFileSync(resultsPath, JSON.stringify({ specs, kernels, compilation } satisfies SuiteRun));
process.exit(0);
