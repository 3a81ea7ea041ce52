/** Runs Beagle, as geneticists do: a reference panel and targets in, imputed targets out. */
import { join } from "node:path";
import { eachLine } from "../data/genotypes/lines.ts";
import { type Genotypes, getBit } from "../data/genotypes/mod.ts";
import { columnLine } from "../data/genotypes/vcf_header.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { stopRequested } from "../progress/stop.ts";
import { lastLines, outputLines, runTool } from "../setup/command.ts";
import { CACHE } from "../paths.ts";

interface BeagleRequest {
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
  /** More of Beagle's arguments, such as `{ ne: 100000, chrom: "20" }`. `ap=true` unless it is set here. */
  options?: Record<string, string | number | boolean>;
  /** Told each line that Beagle prints, such as "Window 1 [20:1000226-3999849]". */
  onLine?: (line: string) => void;
}

/**
 * Runs Beagle to its end. Files are written whole or not at all. A request to stop (`stopRequested()`) ends it.
 *
 * @returns the imputed targets, see `readBeagle`, and how long the whole process took
 * @throws UserError if Beagle or Java is absent (and how to get it), Beagle fails, with its own last lines, or a stop was
 * requested
 */
export async function runBeagle(
  request: BeagleRequest,
  beagle?: Beagle,
): Promise<{ vcf: string; seconds: number }> {
  const found = beagle ?? await findBeagle();
  if (!found.found) throw new UserError(found.how);
  const { reference, targets, map, out, threads, seed, options } = request;
  const settings = Object.entries({ ap: true, ...options, nthreads: threads, seed })
    .map(([name, value]) => `${name}=${value}`);
  const temporary = `${out}.making`;
  const files = [`ref=${reference}`, `gt=${targets}`, ...map ? [`map=${map}`] : [], `out=${temporary}`];
  const [program, ...first] = found.command;
  try {
    const start = performance.now();
    await runProgram(program, [...first, ...files, ...settings], request.onLine);
    const seconds = (performance.now() - start) / 1000;
    for (const end of ["vcf.gz", "log"]) await Deno.rename(`${temporary}.${end}`, `${out}.${end}`);
    return { vcf: `${out}.vcf.gz`, seconds };
  } finally {
    for (const end of ["vcf.gz", "log"]) await Deno.remove(`${temporary}.${end}`).catch(() => {});
  }
}

async function runProgram(program: string, args: string[], onLine: BeagleRequest["onLine"]): Promise<void> {
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
  } finally {
    clearInterval(watch);
  }
}

/** Beagle's own message without the places in its source; else the end of what it printed. */
function complaint(errors: string, lines: string[]): string {
  const said = errors.split("\n").filter((line) => !/^\s*at |^java\.lang\.Throwable/.test(line)).join("\n");
  return lastLines(said, 8) || lastLines(lines.join("\n"), 8);
}

export interface Beagle {
  found: true;
  /** As it says itself, such as "beagle.22Jul22.46e.jar (version 5.4)". */
  version: string;
  /** The program and its first arguments; the rest are Beagle's own, `name=value`. */
  command: [program: string, ...first: string[]];
}

interface NoBeagle {
  found: false;
  /** What is missing and how to get it, for a message. */
  how: string;
}

/** Where Debian and people put it; Debian's own program `beagle` breaks paths with spaces. */
const JARS = [join(CACHE, "beagle.jar"), "/usr/share/beagle/beagle.jar", "/usr/share/java/beagle.jar"];

const GET =
  "Debian, Ubuntu: sudo apt install beagle; or save the program as data/cache/beagle.jar, or name it: " +
  "BEAGLE_JAR=/path/to/beagle.jar";

/**
 * The first of: the jar that BEAGLE_JAR names, `data/cache/beagle.jar`, Debian's, the program `beagle` on PATH.
 *
 * @throws UserError if BEAGLE_JAR names a file that is not there or is not Beagle
 */
export async function findBeagle(
  { named = Deno.env.get("BEAGLE_JAR"), jars = JARS, java = "java", program = "beagle" } = {},
): Promise<Beagle | NoBeagle> {
  if (named && !await exists(named)) throw new UserError(`BEAGLE_JAR is ${named}: there is no such file`);
  const present: string[] = named ? [named] : [];
  for (const jar of named ? [] : jars) if (await exists(jar)) present.push(jar);
  const withJava = present.map((jar): Beagle["command"] => [java, "-jar", jar]);
  for (const command of named ? withJava : [...withJava, [program] as Beagle["command"]]) {
    const version = await versionOf(command);
    if (version) return { found: true, version, command };
  }
  if (present.length === 0) return { found: false, how: `Beagle was not found. ${GET}` };
  if (!await runTool(java, ["-version"])) {
    const how = `Beagle (${present[0]}) needs Java. Debian, Ubuntu: sudo apt install default-jre-headless`;
    return { found: false, how };
  }
  if (named) throw new UserError(`BEAGLE_JAR is ${named}: expected Beagle, found something else`);
  return { found: false, how: `${present[0]} does not start as Beagle. ${GET}` };
}

/** Beagle without arguments tells its version and how to use it. */
async function versionOf([program, ...first]: Beagle["command"]): Promise<string | undefined> {
  const line = (await runTool(program, first))?.stdout.split("\n", 1)[0]?.trim();
  return line && /^beagle\b.*\(version [\d.]+\)/i.test(line) ? line : undefined;
}

const exists = (path: string): Promise<boolean> => Deno.stat(path).then(({ isFile }) => isFile, () => false);

/** A plain VCF of these variants, for programs that read no more than that. */
export function plainVcf(
  { contig, variants: { position, ref, alt } }: Pick<Genotypes, "contig" | "variants">,
  samples: readonly string[],
  call: (variant: number, sample: number) => string,
): string {
  const rows = Array.from(position, (at, i) => {
    const cells = samples.map((_, s) => call(i, s));
    return [contig, at, ".", ref[i], alt[i], ".", "PASS", ".", "GT", ...cells].join("\t");
  });
  const lines = ["##fileformat=VCFv4.2", `##contig=<ID=${contig}>`, columnLine(samples), ...rows];
  return `${lines.join("\n")}\n`;
}

/** Writes phased genotypes as a plain VCF. @throws UserError for missing calls and calls without phase */
export async function writePhasedVcf(genotypes: Genotypes, path: string): Promise<void> {
  const { samples, alleles, missing, unphased } = genotypes;
  if (missing || unphased) throw new UserError(`${path}: expected phased calls, none of them missing`);
  const call = (i: number, s: number) => `${getBit(alleles, i, 2 * s)}|${getBit(alleles, i, 2 * s + 1)}`;
  await writeAtomic(path, plainVcf(genotypes, samples, call));
}

export interface BeagleOutput {
  contig: string;
  samples: string[];
  /** [variants], counted from 1. */
  positions: Int32Array;
  ref: string[];
  alt: string[];
  /** [variants]: 1 for one that was imputed, 0 for one that the targets have. */
  imputed: Uint8Array;
  /**
   * [variants · 2 · samples]: the probability of ALT; columns 2s and 2s + 1 are the haplotypes of sample s. Of the fields AP1
   * and AP2; without these half the dosage for both.
   */
  probability: Float32Array;
  /** [variants · samples]: the expected number of ALT alleles, of the field DS; without it the sum of the two. */
  dosage: Float32Array;
}

/** Columns before those of the samples. */
const FIXED = 9;

/**
 * Reads a VCF that Beagle wrote, plain or gzip. Variants without DS and AP1, AP2 count by their genotype (GT), which is certain.
 *
 * @throws UserError with the line for a file without samples, several ALT alleles, a missing or odd value, or a second
 * chromosome
 */
export async function readBeagle(path: string): Promise<BeagleOutput> {
  const [positions, ref, alt, imputed]: [number[], string[], string[], number[]] = [[], [], [], []];
  // Rows one by one: an array of all values could not grow without a copy.
  const [probability, dosage]: [Float32Array[], Float32Array[]] = [[], []];
  const decoder = new TextDecoder();
  let samples: string[] | undefined;
  let contig = "";
  await eachLine(path, "Beagle's output", (bytes, start, end, line) => {
    const place = `${path}, line ${line}`;
    const cells = decoder.decode(bytes.subarray(start, end)).split("\t");
    if (cells[0]!.startsWith("#")) {
      if (!cells[0]!.startsWith("##")) samples = cells.slice(FIXED);
      return true;
    }
    if (!samples || samples.length === 0) {
      throw new UserError(`${place}: expected a header with samples first`);
    }
    if (cells.length < FIXED) {
      throw new UserError(`${place}: expected ${FIXED} columns and samples, found ${cells.length}`);
    }
    const [chromosome, position, , reference, alternative, , , info, format] = cells;
    contig ||= chromosome!;
    if (chromosome !== contig) {
      throw new UserError(`${place}: expected chromosome ${contig}, found ${chromosome}`);
    }
    if (alternative!.includes(",")) {
      throw new UserError(`${place}: expected one ALT allele, found ${alternative}`);
    }
    const read = cellReader(format!, place);
    const [pairs, sums] = [new Float32Array(2 * samples.length), new Float32Array(samples.length)];
    samples.forEach((sample, s) => {
      const cell = cells[FIXED + s] ?? "";
      const [first, second, sum] = read(cell);
      if (!(first >= 0 && second >= 0 && sum >= 0 && first <= 1 && second <= 1 && sum <= 2)) {
        throw new UserError(`${place}, sample ${sample}: expected ${format}, found ${JSON.stringify(cell)}`);
      }
      pairs.set([first, second], 2 * s);
      sums[s] = sum;
    });
    positions.push(Number(position));
    ref.push(reference!);
    alt.push(alternative!);
    imputed.push(/(^|;)IMP(;|$)/.test(info!) ? 1 : 0);
    probability.push(pairs);
    dosage.push(sums);
    return true;
  });
  if (!samples) throw new UserError(`${path}: expected a VCF with a header, found none`);
  return {
    contig,
    samples,
    positions: Int32Array.from(positions),
    ref,
    alt,
    imputed: Uint8Array.from(imputed),
    probability: together(probability),
    dosage: together(dosage),
  };
}

type Four = [number, number, number, number];

/** Reads both probabilities and the dosage of a cell; NaN for a field that it lacks or that is no number. */
function cellReader(format: string, place: string): (cell: string) => [number, number, number] {
  const names = format.split(":");
  const [gt, ds, ap1, ap2] = ["GT", "DS", "AP1", "AP2"].map((name) => names.indexOf(name)) as Four;
  const numberIn = (text: string | undefined) => text ? Number(text) : NaN;
  const haplotypes = ap1 >= 0 && ap2 >= 0;
  if (ds < 0 && gt < 0 && !haplotypes) {
    throw new UserError(`${place}: expected the fields AP1 and AP2, DS or GT, found ${format}`);
  }
  return (cell) => {
    const fields = cell.split(":");
    const sum = numberIn(fields[ds]);
    if (!haplotypes && ds >= 0) return [sum / 2, sum / 2, sum];
    const [a, b] = haplotypes ? [fields[ap1], fields[ap2]] : fields[gt]!.split(/[|/]/);
    const [first, second] = [numberIn(a), numberIn(b)];
    return [first, second, ds < 0 ? first + second : sum];
  };
}

function together(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}
