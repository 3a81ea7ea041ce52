import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import {
  type Aligned,
  alignTargets,
  checkSamples,
  firstAtLeast,
  type Genotypes,
  LAST_POSITION,
  mapWarnings,
  oddityLines,
  physicalMap,
  readGeneticMap,
  readVcf,
  type Region,
  reportLines,
  selectVariants,
  variantCount,
  variantKey,
  writeImputed,
} from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";
import { progress, Stopped, stopRequested } from "../progress/mod.ts";
import { imputeRegion } from "./impute.ts";
import { modelWriter, type StoredModel } from "./model_file.ts";
import { makeFolder, openParts, type Parts, removeFolder } from "./parts.ts";
import { fillMissing, type PhasedTargets, phaseTargets, type Phasing, singleHaplotypes } from "./phasing.ts";
import { cutRegion, type ImputeTask } from "./region.ts";
import type { ImputeSettings } from "./settings.ts";
import { givenVariants, merged } from "./typed_sites.ts";
import { typedR2 } from "./typed_r2.ts";

export interface ImputeFiles {
  reference: string;
  targets: string;
  out: string;
  map?: string;
  region?: Region;
  phasing: Phasing;
  settings: ImputeSettings;
  /** Answers in place of training. */
  model?: StoredModel;
  /** Where to keep the trained windows. */
  save?: string;
  /** Also write both haplotypes' probabilities, and those of the genotypes. */
  haplotypes?: boolean;
  posteriors?: boolean;
  /** Leave out imputed variants of a lower estimated R2. */
  leastR2?: number;
  /** Impute the genotyped variants too, each left out in turn, and tell how well that does. */
  typedR2?: boolean;
  /** Also write the genotyped variants that the reference lacks, as they are given. */
  allTyped?: boolean;
  /** Also take records whose FILTER is not PASS. */
  allFilters?: boolean;
  /** Take PL, GL or GP of the targets in place of GT wherever they are there. */
  likelihoods?: boolean;
  /** What made the file: a line of its header. */
  source: string;
  /** More lines of its header. */
  notes?: Record<string, string>;
  say?: (line: string) => void;
  /** Ends the work at the window under way, as a stop request does. */
  signal?: AbortSignal;
}

export interface ImputeResult {
  /** Variants written, and how many of them are imputed. */
  variants: number;
  imputed: number;
  /** Not written, since their estimated R2 is too low. */
  leftOut: number;
  samples: number;
  windows: number;
  /** How the targets were phased, in words. */
  phasing: string;
  seconds: { read: number; phase: number; impute: number };
}

/** Bases on either side of a region in which genotyped variants help. */
const FLANK = 1_000_000;

/**
 * Imputes every variant of a reference that the targets lack, from file to file.
 *
 * All input is read and checked before anything is phased or trained. Stopped work is kept in a folder beside the output
 * (`OUT.parts`): the phase, and window by window what was imputed; the same call goes on from there to the same bits.
 *
 * @returns undefined if it was stopped
 * @throws UserError for all that is wrong with the files, naming file, line or position; nothing half-written is left
 */
export async function imputeFiles(files: ImputeFiles): Promise<ImputeResult | undefined> {
  let since = performance.now();
  /** Seconds since it was last called. */
  const clock = (): number => {
    const before = since;
    since = performance.now();
    return (since - before) / 1000;
  };
  const input = await readInput(files);
  const seconds = { read: clock(), phase: 0, impute: 0 };
  const parts = await openParts(`${files.out}.parts`, identityOf(input, files));
  try {
    const phased = await phaseOf(input, files, parts);
    files.say?.(`phase: ${phased.how}`);
    const filled = await fillMissing(input, phased.known, files.settings);
    const haploid = singleHaplotypes(input.aligned, phased.known, filled);
    const task: Input & ImputeTask = { ...input, known: phased.known, filled, haploid };
    seconds.phase = clock();
    if (files.typedR2) task.typedR2 = await checkTyped(task, files);
    const written = await write(files, task, phased.how, parts);
    await parts.remove();
    seconds.impute = clock();
    return {
      ...written,
      samples: input.targets.samples.length,
      windows: input.cut.windows.length,
      phasing: phased.how,
      seconds,
    };
  } catch (error) {
    if (error instanceof Stopped || stopRequested(files.signal)) return undefined;
    throw error;
  } finally {
    parts.close();
  }
}

export type Input = Awaited<ReturnType<typeof readInput>>;

/** Reads and checks all files, and tells what is odd about them. @throws UserError */
export async function readInput(files: ImputeFiles) {
  const { region, settings, say = () => {} } = files;
  const filters = files.allFilters ? undefined : "pass";
  const wide = region && withFlanks(region);
  const panel = await readVcf(files.reference, { region: wide, require: "phased", filters });
  say(`reference: ${panel.genotypes.samples.length} samples, ${variantCount(panel.genotypes)} variants`);
  const array = await readVcf(files.targets, { region: wide, filters, likelihoods: files.likelihoods });
  const targets = array.genotypes;
  checkSamples(targets.samples);
  const map = files.map ? await readGeneticMap(files.map, panel.genotypes.contig) : physicalMap;
  const all = alignTargets(panel.genotypes, targets);
  const lines = [
    ...oddityLines("reference", panel.oddities),
    ...oddityLines("targets", array.oddities),
    ...reportLines(all.report),
  ];
  lines.forEach(say);
  const { reference, aligned, inside } = inRegion(panel.genotypes, all, region, files.model?.typed);
  const { position } = reference.variants;
  const helping = aligned.variants.filter((i) => i < inside.from || i >= inside.to).length;
  if (helping > 0) {
    const count = inside.to - inside.from;
    const around = `${helping} genotyped ones up to ${FLANK / 1e6} Mb around it help`;
    say(`region: ${count} variants of the reference; ${around}`);
  }
  mapWarnings(map, position[0]!, position.at(-1)!).forEach(say);
  const task: Omit<ImputeTask, "known"> = { reference, typed: aligned.variants, map, inside };
  const cut = cutRegion(task, settings);
  const answers = cut.windows.length > 0 ? files.model?.answers(task, cut) : undefined;
  if (answers) say(answers.note);
  const { contigLength, symbols } = panel;
  const isWanted = (at: number) => !region || (at >= region.start && at <= region.end);
  const given = !files.allTyped
    ? []
    : givenVariants(targets, aligned.leftOut.filter((i) => isWanted(targets.variants.position[i]!)));
  if (given.length > 0) {
    say(`${given.length} genotyped variants that are not used are written as they are given`);
  }
  return { ...task, given, targets, aligned, cut, answers, contigLength, symbols };
}

const withFlanks = ({ contig, start, end }: Region): Region => ({
  contig,
  start: Math.max(1, start - FLANK),
  end: Math.min(LAST_POSITION, end + FLANK),
});

/** The reference's variants of a region, and around it those of the targets and those among `more`. */
function inRegion(
  reference: Genotypes,
  aligned: Aligned,
  region: Region | undefined,
  more: ReadonlySet<string> = new Set(),
) {
  const { position } = reference.variants;
  if (!region) return { reference, aligned, inside: { from: 0, to: position.length } };
  const [from, to] = [firstAtLeast(position, region.start), firstAtLeast(position, region.end + 1)];
  if (from === to) {
    throw new UserError(
      `the reference: expected variants in ${region.contig}:${region.start}-${region.end}, found none; around it ` +
        `there are ${position[0]} to ${position.at(-1)}`,
    );
  }
  const typed = new Set(aligned.variants);
  const kept = Array.from(position.keys()).filter((i) =>
    (i >= from && i < to) || typed.has(i) || more.has(variantKey(reference.variants, i))
  );
  const first = firstAtLeast(kept, from);
  return {
    reference: selectVariants(reference, kept),
    aligned: { ...aligned, variants: aligned.variants.map((i) => firstAtLeast(kept, i)) },
    inside: { from: first, to: first + to - from },
  };
}

/** The phased targets, from an earlier run if it was interrupted behind that. */
async function phaseOf(input: Input, files: ImputeFiles, parts: Parts): Promise<PhasedTargets> {
  const { reference, targets: { samples }, aligned, map } = input;
  const { phasing: method, settings: { recipe: { seed } }, say = () => {}, signal } = files;
  const how = await parts.readText("phasing");
  const kept = how && await parts.read("phased", aligned.alleles.length);
  if (how && kept) return { known: kept, how };
  const folder = join(parts.folder, "beagle");
  await removeFolder(folder);
  await makeFolder(folder);
  const task = { reference, samples, aligned, map, method, seed, folder, say, signal };
  const phased = await phaseTargets(task).catch(async (error) => {
    // Nothing is done yet that could go on.
    if (!(error instanceof Stopped || stopRequested(signal))) await parts.remove();
    throw error;
  });
  await parts.write("phased", phased.known);
  await parts.writeText("phasing", phased.how);
  return phased;
}

/** R2 at the genotyped variants, which are left out for that; what it is on the whole is told. @throws Stopped */
async function checkTyped(task: ImputeTask, { settings, say, signal }: ImputeFiles): Promise<Float32Array> {
  const bar = progress(100, { label: "imputing genotyped variants" });
  const { variants, pooled } = await typedR2(task, settings, (share) => {
    if (stopRequested(signal)) throw new Stopped();
    bar.update(Math.round(100 * share));
  });
  await bar.done();
  const what = "genotyped variants, each left out in turn";
  const known = variants.filter((r2) => !Number.isNaN(r2));
  if (known.length === 0) {
    say?.(`${what}: no R2, since no variant varies among the calls of these people`);
    return variants;
  }
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  say?.(
    `${what}: R2 of all alleles ${pooled.toFixed(4)}, mean of ${known.length} variants that vary ` +
      `${mean.toFixed(4)} (copying model)`,
  );
  return variants;
}

/** Imputes and writes window by window. @throws Stopped */
async function write(files: ImputeFiles, task: Input & ImputeTask, how: string, parts: Parts) {
  const { settings, out, source, haplotypes, posteriors, leastR2, typedR2 } = files;
  const { reference, targets, cut, answers, known, symbols } = task;
  const { windows } = cut;
  const writer = files.save === undefined
    ? undefined
    : modelWriter(files.save, parts.folder, task, cut, settings);
  const size = windows.length === 0 ? 0 : windows[0]!.targets.to - windows[0]!.targets.from;
  const bar = progress(windows.length, {
    label: answers || settings.weight === 0 ? "imputing, windows" : "training and imputing, windows",
  });
  try {
    const rows = imputeRegion(task, {
      settings,
      parts: {
        async read(w) {
          // A window that was done before its model was asked for is done again.
          if (writer && !await writer.has(w)) return undefined;
          const bytes = await parts.read(`${w}.f32`, 4 * 2 * targets.samples.length * size);
          return bytes && new Float32Array(bytes.buffer);
        },
        write: (w, probabilities) => parts.write(`${w}.f32`, probabilities),
      },
      spin: answers && ((w) => answers.answer(w, known)),
      onTrained: writer && ((w, fitted) => writer.add(w, fitted)),
      onProgress: (done) => bar.update(Math.round(100 * done) / 100),
      signal: files.signal,
    });
    const header = {
      contig: reference.contig,
      contigLength: task.contigLength ?? undefined,
      samples: targets.samples,
      notes: { ...files.notes, phasing: how, geneticMap: basename(task.map.source) },
      ...{ source, haplotypes, posteriors, leastR2, typedR2, symbols },
      structural: reference.variants.info !== undefined || targets.variants.info !== undefined,
    };
    const all = task.given.length > 0 ? merged(rows, task.given) : rows;
    const written = await writeImputed(out, header, all, parts.folder);
    await writer?.close();
    await bar.done();
    return written;
  } catch (error) {
    await bar.done(error instanceof Stopped ? "stopped" : "ended by an error");
    throw error;
  }
}

/** All that the probabilities depend on. */
export function identityOf({ reference, targets, aligned, cut }: Input, files: ImputeFiles): string {
  const { variants, alleles, samples, contig } = reference;
  const hash = createHash("sha256");
  const named = [files.settings, files.phasing, files.source, files.notes?.engine, files.model?.digest];
  hash.update(JSON.stringify([named, contig, samples, targets.samples]));
  hash.update(variants.position).update(alleles.bytes).update(cut.centimorgans).update(cut.targets);
  hash.update(JSON.stringify([variants.ref, variants.alt]));
  for (const part of [aligned.variants, aligned.calls, aligned.alleles, aligned.phased]) hash.update(part);
  for (const part of [aligned.sets, aligned.haploid, aligned.likelihoods]) hash.update(part ?? "none");
  return hash.digest("hex");
}
