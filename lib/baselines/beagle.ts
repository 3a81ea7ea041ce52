/** Runs Beagle, as geneticists do: a reference panel and targets in, imputed targets out. */
import { UserError } from "../errors.ts";
import { stopRequested } from "../progress/stop.ts";
import { lastLines } from "../setup/command.ts";
import { type Beagle, findBeagle } from "./find_beagle.ts";
import { outputLines } from "./output_lines.ts";

export interface BeagleRequest {
  /** VCF of phased samples, plain or gzip, or bref3. */
  reference: string;
  /** VCF of the samples to impute, at fewer variants. */
  targets: string;
  /** A genetic map in PLINK's columns, see `plinkMap`; without it Beagle takes 1 cM per Mb. */
  map?: string;
  /** What the written files start with: `OUT.vcf.gz` and `OUT.log`. */
  out: string;
  threads: number;
  seed: number;
  /** Memory for Java; its own default is a quarter of the machine's. */
  heapGib?: number;
  /** More of Beagle's arguments, such as `{ ne: 100000, chrom: "20" }`. `ap=true` unless it is set here. */
  options?: Record<string, string | number | boolean>;
  /** Told each line that Beagle prints, such as "Window 1 [20:1000226-3999849]". */
  onLine?: (line: string) => void;
}

export interface BeagleRun {
  /** Imputed targets, gzip; see `readBeagle`. */
  vcf: string;
  log: string;
  /** Of the whole process. */
  seconds: number;
  /** Of imputation and of all, as Beagle itself says in whole seconds; undefined if it does not. */
  imputationSeconds: number | undefined;
  version: string;
  /** Beagle's arguments, without those that name files. */
  settings: string;
}

/**
 * Runs Beagle to its end. Files are written whole or not at all. A request to stop (`stopRequested()`) ends it.
 *
 * @throws UserError if Beagle or Java is absent (and how to get it), Beagle fails, with its own last lines, or a stop was
 * requested
 */
export async function runBeagle(request: BeagleRequest, beagle?: Beagle): Promise<BeagleRun> {
  const found = beagle ?? await findBeagle();
  if (!found.found) throw new UserError(found.how);
  const { reference, targets, map, out, threads, seed, heapGib, options } = request;
  const settings = settingsOf({ ap: true, ...options, nthreads: threads, seed });
  const temporary = `${out}.making`;
  const files = [`ref=${reference}`, `gt=${targets}`, ...map ? [`map=${map}`] : [], `out=${temporary}`];
  const [program, ...first] = found.command(heapGib);
  try {
    const start = performance.now();
    const said = await runProgram(program, [...first, ...files, ...settings], request.onLine);
    const seconds = (performance.now() - start) / 1000;
    for (const end of ["vcf.gz", "log"]) await Deno.rename(`${temporary}.${end}`, `${out}.${end}`);
    return {
      vcf: `${out}.vcf.gz`,
      log: `${out}.log`,
      seconds,
      imputationSeconds: secondsSaid(said),
      version: found.version,
      settings: settings.join(" "),
    };
  } finally {
    for (const end of ["vcf.gz", "log"]) await Deno.remove(`${temporary}.${end}`).catch(() => {});
  }
}

function settingsOf(options: Record<string, string | number | boolean>): string[] {
  return Object.entries(options).map(([name, value]) => {
    if (["ref", "gt", "map", "out"].includes(name)) {
      throw new UserError(
        `options of Beagle: expected settings, found ${name}, which has a field of its own`,
      );
    }
    return `${name}=${value}`;
  });
}

/** The last "Imputation time: 1 hour 2 minutes 3 seconds" is that of all windows. */
export function secondsSaid(lines: readonly string[]): number | undefined {
  const line = lines.findLast((text) => text.startsWith("Imputation time:"));
  if (line === undefined) return undefined;
  const unit = { hour: 3600, minute: 60, second: 1 };
  return [...line.matchAll(/(\d+) (hour|minute|second)/g)]
    .reduce((sum, [, count, name]) => sum + Number(count) * unit[name as keyof typeof unit], 0);
}

/** Runs a program whose lines are passed on. @returns these lines */
async function runProgram(
  program: string,
  args: string[],
  onLine: BeagleRequest["onLine"],
): Promise<string[]> {
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const errors = new Response(child.stderr).text();
  let stopped = false;
  const watch = setInterval(() => {
    if (stopped || !stopRequested()) return;
    stopped = true;
    child.kill();
  }, 200);
  const lines: string[] = [];
  try {
    for await (const line of outputLines(child.stdout)) {
      lines.push(line);
      onLine?.(line);
    }
    const { code } = await child.status;
    if (stopped) throw new UserError("Beagle was stopped on request; nothing was written");
    if (code !== 0) throw new UserError(`Beagle failed. It said:\n${complaint(await errors, lines)}`);
    return lines;
  } finally {
    clearInterval(watch);
  }
}

/** Beagle's own message without the places in its source; else the end of what it printed. */
function complaint(errors: string, lines: string[]): string {
  const said = errors.split("\n").filter((line) => !/^\s*at |^java\.lang\.Throwable/.test(line)).join("\n");
  return lastLines(said, 8) || lastLines(lines.join("\n"), 8);
}
