/** Several chromosomes in one run: each is imputed by itself, and the files are joined. */
import { join } from "node:path";
import { contigsOf, joinImputed, parseRegion, sameContig } from "../data/genotypes/mod.ts";
import { sha256 } from "../data/read.ts";
import { UserError } from "../errors.ts";
import { openParts } from "./parts.ts";
import { identityOf, type ImputeFiles, imputeFiles, type ImputeResult, readInput } from "./run.ts";

const some = (names: string[]): string =>
  names.slice(0, 10).map((name) => name.slice(0, 30)).join(", ") + (names.length > 10 ? ", ..." : "");

/** In a map's name: what stands for the chromosome. */
const PLACE = "{}";

/**
 * As imputeFiles, for files that may hold several chromosomes: those that both have are imputed, the others are told. A map may
 * hold all of them, or be named with `{}` for the chromosome's name without `chr`.
 *
 * The files of all chromosomes are read and checked before the work begins on the first one.
 *
 * @throws UserError as imputeFiles; for chromosomes that the files do not share, and several with a model
 */
export async function imputeChromosomes(files: ImputeFiles): Promise<ImputeResult | undefined> {
  const of = (contig: string) => ({
    ...files,
    map: files.map?.replaceAll(PLACE, contig.replace(/^chr/i, "")),
  });
  if (files.region) return await imputeFiles(of(files.region.contig));
  // A pipe can be read but once, so that it must hold one chromosome.
  for (const path of [files.reference, files.targets]) {
    if (!(await Deno.stat(path).catch(() => undefined))?.isFile) return await imputeFiles(files);
  }
  const { say = () => {}, out, map } = files;
  const [panel, array] = [await contigsOf(files.reference), await contigsOf(files.targets)];
  if (panel.length < 2 && array.length < 2) return await imputeFiles(of(panel[0] ?? ""));
  const shared = panel.filter((contig) => array.some((other) => sameContig(contig, other)));
  const rest = (all: string[]) => all.filter((contig) => !shared.some((other) => sameContig(contig, other)));
  const lacking = [["reference", rest(panel)], ["targets", rest(array)]] as const;
  for (const [what, contigs] of lacking) {
    if (contigs.length > 0) say(`left out, chromosomes that only the ${what} have: ${some(contigs)}`);
  }
  if (shared.length === 0) {
    throw new UserError(
      `expected a chromosome that reference and targets share, found ${some(panel)} and ${some(array)}`,
    );
  }
  if (shared.length > 1 && map && !map.includes(PLACE) && !(await Deno.stat(map).catch(() => null))?.isFile) {
    const count = shared.length;
    throw new UserError(
      `--map ${map}: expected a file for the ${count} chromosomes, found a pipe or nothing`,
    );
  }
  if (shared.length > 1 && (files.model || files.save)) {
    throw new UserError(
      `--${files.model ? "model" : "save"}: a model is of one chromosome, found ${shared.join(", ")}; ` +
        `choose with --region ${shared[0]}`,
    );
  }
  const one = (contig: string): ImputeFiles => ({ ...of(contig), region: parseRegion(contig) });
  const identities: string[] = [];
  for (const contig of shared) {
    say(`chromosome ${contig}`);
    identities.push(identityOf(await readInput(one(contig)), files));
  }
  const { haplotypes, posteriors, leastR2, typedR2, allTyped } = files;
  const form = JSON.stringify([haplotypes, posteriors, leastR2, typedR2, allTyped, identities]);
  const parts = await openParts(`${out}.parts`, sha256(form));
  const results: ImputeResult[] = [];
  const pathOf = (c: number) => join(parts.folder, `chromosome${c}.vcf.gz`);
  try {
    for (const [c, contig] of shared.entries()) {
      const before = await parts.readText(`chromosome${c}.done`);
      if (before !== undefined) {
        results.push(JSON.parse(before) as ImputeResult);
        continue;
      }
      // What it has to say was said when all files were checked.
      const result = await imputeFiles({
        ...one(contig),
        out: pathOf(c),
        say: (line) => /^(phase|genotyped variants)/.test(line) && say(line),
      });
      if (!result) return undefined;
      say(`chromosome ${contig}: ${result.imputed} of ${result.variants} variants imputed`);
      await parts.writeText(`chromosome${c}.done`, JSON.stringify(result));
      results.push(result);
    }
    await joinImputed(out, shared.map((_, c) => pathOf(c)), parts.folder);
    await parts.remove();
  } finally {
    parts.close();
  }
  return totalOf(results);
}

function totalOf(results: readonly ImputeResult[]): ImputeResult {
  const sum = (value: (result: ImputeResult) => number) =>
    results.reduce((sum, result) => sum + value(result), 0);
  return {
    ...results[0]!,
    variants: sum(({ variants }) => variants),
    imputed: sum(({ imputed }) => imputed),
    leftOut: sum(({ leftOut }) => leftOut),
    windows: sum(({ windows }) => windows),
    seconds: {
      read: sum(({ seconds }) => seconds.read),
      phase: sum(({ seconds }) => seconds.phase),
      impute: sum(({ seconds }) => seconds.impute),
    },
  };
}
