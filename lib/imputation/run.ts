import { createHash } from "node:crypto";
import { basename } from "node:path";
import {
  type AlignmentReport,
  alignTargets,
  physicalMap,
  readGeneticMap,
  readVcf,
  type Region,
  variantCount,
  writeImputed,
} from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";
import { progress, Stopped } from "../progress/mod.ts";
import { imputeRegion, openParts } from "./impute.ts";
import { modelWriter, type StoredModel } from "./model_file.ts";
import { phaseTargets, type Phasing } from "./phasing.ts";
import { cutRegion, type ImputeTask } from "./region.ts";
import type { ImputeSettings } from "./settings.ts";

/** Files in, a file out. */
interface ImputeFiles {
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
  /** Also write both haplotypes' probabilities. */
  haplotypes?: boolean;
  /** What made the file: a line of its header. */
  source: string;
  /** More lines of its header. */
  notes?: Record<string, string>;
  say?: (line: string) => void;
  /** Ends the work at the window under way, as a stop request does. */
  signal?: AbortSignal;
}

interface ImputeResult {
  /** Variants written, and how many of them are imputed. */
  variants: number;
  imputed: number;
  samples: number;
  windows: number;
  report: AlignmentReport;
  /** How the targets were phased, in words. */
  phasing: string;
  seconds: { read: number; phase: number; impute: number };
}

/**
 * Imputes every variant of a reference that the targets lack, from file to file.
 *
 * Stopped work is kept in a folder beside the output (`OUT.parts`), window by window; the same call goes on from there.
 *
 * @returns undefined if it was stopped
 * @throws UserError for all that is wrong with the files, naming file, line or position; nothing half-written is left
 */
export async function imputeFiles(files: ImputeFiles): Promise<ImputeResult | undefined> {
  const { reference: referencePath, out, region, settings, say = () => {} } = files;
  let since = performance.now();
  /** Seconds since it was last called. */
  const clock = (): number => {
    const before = since;
    since = performance.now();
    return (since - before) / 1000;
  };
  const { genotypes: reference, contigLength } = await readVcf(referencePath, { region, require: "phased" });
  say(`reference: ${reference.samples.length} samples, ${variantCount(reference)} variants`);
  const { genotypes: targets } = await readVcf(files.targets, { region });
  const map = files.map ? await readGeneticMap(files.map, reference.contig) : physicalMap;
  const aligned = alignTargets(reference, targets);
  const read = clock();

  const folder = `${out}.parts`;
  const phased = await inFolder(`${out}.phasing`, (folder) =>
    phaseTargets({
      reference,
      referencePath,
      samples: targets.samples,
      aligned,
      map,
      mapPath: files.map,
      method: files.phasing,
      seed: settings.recipe.seed,
      folder,
      say,
    }));
  say(`phase: ${phased.how}`);
  const phase = clock();

  const task: ImputeTask = { reference, typed: aligned.variants, known: phased.known, map };
  const cut = cutRegion(task, settings);
  const { windows } = cut;
  const answers = windows.length > 0 ? files.model?.answers(task, cut) : undefined;
  const writer = files.save === undefined ? undefined : modelWriter(files.save, task, cut, settings);
  // A model that is to be kept needs every window's training, so nothing is taken from an earlier run.
  const parts = writer || windows.length === 0 ? undefined : await openParts(
    folder,
    identityOf(task, settings, files),
    2 * targets.samples.length * (windows[0]!.targets.to - windows[0]!.targets.from),
  );
  const bar = progress(windows.length, { label: answers ? "imputing" : "training and imputing, windows" });
  const rows = imputeRegion(task, {
    settings,
    parts,
    spin: answers,
    onTrained: writer && ((w, fitted) => writer.add(w, fitted)),
    onProgress: (done) => bar.update(Math.round(100 * done) / 100),
    signal: files.signal,
  });
  try {
    const written = await writeImputed(out, {
      contig: reference.contig,
      contigLength: contigLength ?? undefined,
      samples: targets.samples,
      source: files.source,
      notes: { ...files.notes, phasing: phased.how, geneticMap: basename(map.source) },
      haplotypes: files.haplotypes,
    }, rows);
    await writer?.close();
    await parts?.remove();
    await bar.done();
    return {
      ...written,
      samples: targets.samples.length,
      windows: windows.length,
      report: aligned.report,
      phasing: phased.how,
      seconds: { read, phase, impute: clock() },
    };
  } catch (error) {
    if (error instanceof Stopped) {
      await bar.done("stopped");
      return undefined;
    }
    throw error;
  }
}

async function inFolder<T>(folder: string, work: (folder: string) => Promise<T>): Promise<T> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make the folder ${folder}: ${(error as Error).message}`);
  }
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** All that the probabilities of a window depend on. */
function identityOf(
  { reference, typed, known, map }: ImputeTask,
  settings: ImputeSettings,
  files: ImputeFiles,
): string {
  const hash = createHash("sha256");
  hash.update(
    JSON.stringify([settings, map.source, reference.contig, reference.samples, Boolean(files.model)]),
  );
  hash.update(reference.variants.position).update(reference.alleles.bytes).update(typed).update(known);
  return hash.digest("hex");
}
