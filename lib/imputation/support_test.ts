import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { vcfText } from "../data/genotypes/support_test.ts";
import { imputeChromosomes } from "./chromosomes.ts";
import type { ImputeFiles, ImputeResult } from "./run.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

/** For tests: a small panel of mosaics, and people of the same founders. */

export const SITES = 120;
const FOUNDERS = 8;
/** A number from 0 to 1 that looks random. */
const hash = (a: number, b: number) => {
  const x = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return x - Math.floor(x);
};

/** Haplotype `row` copies one founder on the left half and another one on the right half. */
export const allele = (row: number, site: number): number => {
  const founder = Math.floor(hash(row, site < SITES / 2 ? 1 : 2) * FOUNDERS);
  return hash(founder + 17, site) < 0.35 ? 1 : 0;
};
export const position = (site: number): number => 10_000 + 1_000 * site;
export const isTyped = (site: number): boolean => site % 3 === 0;

export interface Written {
  samples: string[];
  /** Row of the first haplotype. */
  first: number;
  sites: number[];
  call: (row: number, site: number) => string;
  /** REF and ALT with a space between them; also FILTER, INFO and FORMAT if these are given. */
  alleles?: (site: number) => string;
  fields?: (site: number) => string;
  contig?: string;
  meta?: string[];
}

const named = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
const everySite = Array.from({ length: SITES }, (_, site) => site);
export const typedSites: number[] = everySite.filter(isTyped);
export const phasedCall = (row: number, site: number): string =>
  `${allele(row, site)}|${allele(row + 1, site)}`;
export const openCall = (row: number, site: number): string =>
  row === 1000 && site === 30 ? "./." : ["0/0", "0/1", "1/1"][allele(row, site) + allele(row + 1, site)]!;

export const REFERENCE: Written = { samples: named("R", 40), first: 0, sites: everySite, call: phasedCall };
export const TARGETS: Written = { samples: named("T", 6), first: 1000, sites: typedSites, call: openCall };

export function vcf(written: Written): string {
  const { samples, first, sites, call, alleles = () => "A C", contig = "20", meta = [] } = written;
  const { fields = () => ". PASS . GT" } = written;
  const records = sites.map((site) =>
    [contig, position(site), `rs${site}`, alleles(site), fields(site)].join(" ") + " " +
    samples.map((_, s) => call(first + 2 * s, site)).join(" ")
  );
  return vcfText(samples, records, [`##contig=<ID=${contig},length=63025520>`, ...meta]);
}

/** A record of an imputed file. */
export interface ImputedRecord {
  position: number;
  id: string;
  alt: string;
  info: string;
  calls: string[];
}

export interface Imputed {
  result: ImputeResult | undefined;
  said: string[];
  header: string[];
  records: ImputedRecord[];
}

/** Imputes in a folder of its own, by the copying model alone unless settings are given; `files` are texts by name. */
export async function inImputeFolder<T>(
  files: Record<string, string | Uint8Array>,
  test: (impute: (more?: Partial<ImputeFiles>) => Promise<Imputed>, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const all = { "ref.vcf": vcf(REFERENCE), "array.vcf": vcf(TARGETS), ...files };
    for (const [name, content] of Object.entries(all)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    return await test(async (more = {}) => {
      const said: string[] = [];
      const out = more.out ?? join(folder, "out.vcf.gz");
      const result = await imputeChromosomes({
        reference: join(folder, "ref.vcf"),
        targets: join(folder, "array.vcf"),
        out,
        phasing: "own",
        settings: { ...DEFAULT_SETTINGS, weight: 0, windows: { ...DEFAULT_SETTINGS.windows, targets: 40 } },
        source: "test",
        ...more,
        say: (line) => {
          said.push(line);
          more.say?.(line);
        },
      });
      const lines = result ? gunzipSync(await Deno.readFile(out)).toString().trimEnd().split("\n") : [];
      const records = lines.filter((line) => !line.startsWith("#")).map((line) => {
        const [, at, id, , alt, , , info, , ...calls] = line.split("\t");
        return { position: Number(at), id: id!, alt: alt!, info: info!, calls };
      });
      return { result, said, header: lines.filter((line) => line.startsWith("#")), records };
    }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
