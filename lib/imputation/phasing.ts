import { join } from "node:path";
import { plainVcf, writePhasedVcf } from "../baselines/beagle.ts";
import { findBeagle, plinkMap, runBeagle } from "../baselines/mod.ts";
import {
  type Aligned,
  type GeneticMap,
  type Genotypes,
  haplotypes,
  readVcf,
  selectVariants,
  variantKey,
} from "../data/genotypes/mod.ts";
import { threadCount } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import { progress, Stopped, stopRequested } from "../progress/mod.ts";
import { copyingDosages } from "./copying/dosages.ts";
import { isSoft } from "./copying/pair_program.ts";
import { phase } from "./copying/phase.ts";
import { type Filled, panelAt } from "./region.ts";
import type { ImputeSettings } from "./settings.ts";

export const PHASINGS = ["auto", "beagle", "own", "given", "anew"] as const;
/**
 * Where the targets' haplotypes come from: `given`, the file's phase; `beagle`, the program; `own`, the workspace's
 * pairs of copied haplotypes, which keep what phase the file has, within its phase sets; `anew`, the same without a look at the
 * file's phase; `auto`: given if the file is phased along the chromosome; own if a part of it is or it has phase sets, since
 * Beagle would drop that; else Beagle where it is installed, else own.
 */
export type Phasing = (typeof PHASINGS)[number];

interface PhasingTask {
  reference: Genotypes;
  samples: string[];
  aligned: Aligned;
  map: GeneticMap;
  method: Phasing;
  seed: number;
  /** A folder for Beagle's files. */
  folder: string;
  say: (line: string) => void;
  signal?: AbortSignal;
}

export interface PhasedTargets {
  /** 0 and 1, [2·samples, variants]; what is missing in the file is filled in, or 255. */
  known: Uint8Array;
  /** How they were phased, in words. */
  how: string;
}

/**
 * Haplotypes of the targets at the variants they share with the reference.
 *
 * @throws UserError if `given` phase is wanted and a heterozygous call has none or there are phase sets, or Beagle is wanted and
 *   absent; Stopped
 */
export async function phaseTargets(task: PhasingTask): Promise<PhasedTargets> {
  const { aligned, method, reference, map } = task;
  const { likelihoods } = aligned;
  if (likelihoods && (method === "beagle" || method === "given")) {
    throw new UserError(
      `--phasing ${method}: likelihoods of genotypes (PL, GL, GP) are phased by the workspace itself, with --phasing auto or own`,
    );
  }
  const open = aligned.phased.reduce((n, phased, i) => n + Number(!phased && aligned.calls[i] !== 255), 0);
  const broken = firstWithSets(aligned, task.samples.length);
  if (method === "given" || (method === "auto" && open === 0 && broken < 0)) {
    if (open > 0 || broken >= 0) {
      const found = open > 0 ? `${open} without` : `several phase sets in sample "${task.samples[broken]}"`;
      throw new UserError(
        `the targets: expected every heterozygous genotype phased ("0|1") with --phasing given, found ${found}; ` +
          "let the phase be found with --phasing own or beagle",
      );
    }
    const how = "as in the file of the targets; missing calls by the copying model";
    return { known: aligned.alleles.slice(), how };
  }
  const partly = method !== "anew" &&
    aligned.phased.some((phased, i) => phased === 1 && aligned.calls[i] === 1);
  if (method === "beagle" || (method === "auto" && !partly && !likelihoods)) {
    const beagle = await findBeagle();
    if (beagle.found) return await byBeagle(task, beagle.version);
    if (method === "beagle") throw new UserError(beagle.how);
    task.say(`Beagle is not there, the targets are phased by the workspace itself (${beagle.how})`);
  }
  const { position } = reference.variants;
  const bar = progress(100, { label: "phasing" });
  const { haplotypes: known } = await phase({
    reference: panelAt(reference, aligned.variants),
    genotypes: aligned.calls,
    likelihoods,
    known: partly ? aligned : null,
    centimorgans: Float64Array.from(aligned.variants, (i) => map.centimorgans(position[i]!)),
  }, {
    onProgress: (share) => {
      if (stopRequested(task.signal)) throw new Stopped();
      bar.update(Math.round(100 * share));
    },
  });
  await bar.done();
  const kept = partly ? `; phase of the file kept${aligned.sets ? " within its phase sets" : ""}` : "";
  return { known, how: `pairs of copied reference haplotypes (Li and Stephens), this workspace${kept}` };
}

/** The first sample with phased heterozygous calls in several phase sets; -1 if there is none. */
function firstWithSets({ calls, phased, sets }: Aligned, samples: number): number {
  if (!sets) return -1;
  const width = calls.length / samples;
  return Array.from({ length: samples }, (_, s) => {
    const own = new Set<number>();
    for (let at = s * width; at < (s + 1) * width; at++) {
      if (calls[at] === 1 && phased[at]) own.add(sets[at]!);
    }
    return own.size;
  }).findIndex((size) => size > 1);
}

/**
 * The probability of ALT where a call is missing or there are but likelihoods of it, by the copying model; the haplotypes get
 * the likelier allele there.
 *
 * @param known as phaseTargets gives it; 255 is replaced
 * @returns null if all calls are there
 */
export async function fillMissing(
  { reference, aligned, map }: Pick<PhasingTask, "reference" | "aligned" | "map">,
  known: Uint8Array,
  { ne, mismatch }: Pick<ImputeSettings, "ne" | "mismatch">,
): Promise<Filled | null> {
  const { alleles, variants, likelihoods } = aligned;
  const open = likelihoods ? openAlleles(aligned) : alleles.map((allele) => allele === 255 ? 1 : 0);
  if (!open.includes(1)) return null;
  const { position } = reference.variants;
  const panel = panelAt(reference, variants);
  const centimorgans = Float64Array.from(variants, (i) => map.centimorgans(position[i]!));
  const task = { reference: panel, centimorgans, targets: { alleles: panel, centimorgans } };
  const query = known.map((allele, at) => open[at] ? 255 : allele);
  let probabilities: Float32Array;
  let evidence: Float32Array | undefined;
  if (!likelihoods) probabilities = await copyingDosages({ ...task, query });
  else {
    probabilities = Float32Array.from(known, (allele) => allele === 255 ? 0.5 : allele);
    for (let round = 0; round < ROUNDS; round++) {
      evidence = evidenceOf(query, probabilities, likelihoods, variants.length);
      const copied = await copyingDosages({ ...task, query, evidence }, { ne, mismatch });
      const found = copied.map((chance, at) => withEvidence(chance, evidence![at]!, mismatch));
      const last = round === ROUNDS - 1;
      probabilities = last ? found : found.map((chance, at) => (chance + probabilities[at]!) / 2);
    }
  }
  known.forEach((allele, at) => {
    if (allele === 255 || (likelihoods && open[at])) known[at] = Number(probabilities[at]! > 0.5);
  });
  return { open, probabilities, ...(evidence ? { evidence } : {}) };
}

/**
 * How often each haplotype is read with what was found for the other one of its sample; but for the last time the mean of what was
 * known and what is found goes on, so that the two do not change places. By R2 on another region than those reported.
 */
const ROUNDS = 3;

/** [2·samples, variants]: 1 where an allele is missing or there are but likelihoods of it. */
function openAlleles({ alleles, variants, likelihoods }: Aligned): Uint8Array {
  const width = variants.length;
  return alleles.map((allele, at) => {
    const place = Math.floor(at / width / 2) * width + at % width;
    return Number(allele === 255 || isSoft(likelihoods!, place));
  });
}

/**
 * What likelihoods of genotypes say of each haplotype, as copyingDosages takes it, [2·samples, variants], if the other one of the
 * sample has ALT with a probability. Alleles that are called are sure.
 *
 * @param query 255 where an allele is not called
 */
function evidenceOf(
  query: Uint8Array,
  probabilities: Float32Array,
  likelihoods: Float32Array,
  width: number,
): Float32Array {
  return Float32Array.from(query, (allele, at) => {
    if (allele !== 255) return allele;
    const row = Math.floor(at / width);
    const place = 3 * ((row >> 1) * width + at % width);
    const other = probabilities[(row ^ 1) * width + at % width]!;
    const [none, one, two] = likelihoods.subarray(place, place + 3) as unknown as [number, number, number];
    const ref = none + (one - none) * other;
    const alt = one + (two - one) * other;
    return ref + alt > 0 ? alt / (ref + alt) : 0.5;
  });
}

/** The probability of ALT if the copied haplotype has it with a chance, and with what was read itself. */
function withEvidence(chance: number, evidence: number, mismatch: number): number {
  const of = (alt: number) => alt * evidence / (alt * evidence + (1 - alt) * (1 - evidence));
  return of(mismatch) + chance * (of(1 - mismatch) - of(mismatch));
}

/**
 * Whether each sample has one haplotype at each variant, [samples, variants], as its nearest called genotype has it; null if
 * no call is haploid. Missing alleles of such samples become those of their first haplotype.
 */
export function singleHaplotypes(
  { calls, haploid, variants }: Aligned,
  known: Uint8Array,
  filled: Filled | null,
): Uint8Array | null {
  if (!haploid) return null;
  const width = variants.length;
  const out = new Uint8Array(calls.length);
  for (let start = 0; start < calls.length; start += width) {
    const called = Array.from({ length: width }, (_, v) => v).filter((v) => calls[start + v] !== 255);
    for (let v = 0, c = 0; v < width && called.length > 0; v++) {
      while (c + 1 < called.length && Math.abs(called[c + 1]! - v) <= Math.abs(called[c]! - v)) c++;
      out[start + v] = haploid[start + called[c]!]!;
      const [first, second] = [2 * start + v, 2 * start + width + v];
      if (out[start + v] === 0 || calls[start + v] !== 255) continue;
      known[second] = known[first]!;
      if (filled) filled.probabilities[second] = filled.probabilities[first]!;
    }
  }
  return out;
}

const CALLS = ["0/0", "0/1", "1/1"];

/** Beagle phases the calls with the reference, and fills missing ones. */
async function byBeagle(task: PhasingTask, version: string): Promise<PhasedTargets> {
  const { reference, samples, aligned, map, seed, folder, say } = task;
  const shared = selectVariants(reference, aligned.variants);
  const targets = join(folder, "targets.vcf");
  // Phase is not passed on, since one open call makes Beagle ignore it.
  const call = (i: number, s: number) => CALLS[aligned.calls[s * aligned.variants.length + i]!] ?? "./.";
  await Deno.writeTextFile(targets, plainVcf(shared, samples, call));
  const { position } = shared.variants;
  // As it was read, without what was left out; the file may have been a pipe.
  const panel = join(folder, "reference.vcf");
  await writePhasedVcf(shared, panel);
  const { vcf } = await runBeagle({
    reference: panel,
    targets,
    // As it was read: the file may have been a pipe.
    map: await plinkMap(map, join(folder, "map.txt"), reference.contig),
    out: join(folder, "phased"),
    threads: threadCount(),
    seed,
    options: { impute: false, ap: false, chrom: `${reference.contig}:${position[0]}-${position.at(-1)}` },
    onLine: (line) => /^Window/.test(line) && say(`Beagle: ${line}`),
  });
  const { genotypes } = await readVcf(vcf, { require: "phased" });
  const rowOf = new Map(
    Array.from(genotypes.variants.position, (_, i) => [variantKey(genotypes.variants, i), i] as const),
  );
  const rows = Int32Array.from(aligned.variants, (_, i) => {
    const key = variantKey(shared.variants, i);
    const row = rowOf.get(key);
    if (row === undefined) throw new UserError(`Beagle's phased file lacks ${key}: ${vcf}`);
    return row;
  });
  const columns = samples.flatMap((name) => {
    const s = genotypes.samples.indexOf(name);
    return [2 * s, 2 * s + 1];
  });
  return { known: haplotypes(genotypes, rows, Int32Array.from(columns)), how: `Beagle ${version}` };
}
