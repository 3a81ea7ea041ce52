/**
 * Phase sets of VCF: `|` tells which haplotype an allele is on, but only among the calls of one set. Programs that phase by reads
 * (GATK, WhatsHap) give many short sets, of which nobody knows how they stand to one another.
 */
import type { RecordCalls } from "./vcf_calls.ts";

/** Numbers of phase sets by their names; 0 is the set of calls that name none, which VCF takes as one. */
export type SetNumbers = Map<string, number>;

const KEYS = ["PS", "PGT", "PID", "HP"] as const;
type Columns = Record<typeof KEYS[number], number>;

/** Columns of a record's FORMAT that tell of phase sets; null if it has none. */
export function phaseSetFields(format: string): Columns | null {
  if (!/:(PS|PID|HP)(:|$)/.test(format)) return null;
  const keys = format.split(":");
  return Object.fromEntries(KEYS.map((key) => [key, keys.indexOf(key)])) as Columns;
}

const isValue = (text: string | undefined): text is string =>
  text !== undefined && text !== "" && text !== ".";

/**
 * The phase set of each heterozygous call that has a phase: PS, or GATK's PID where there is no PS. What GATK wrote
 * beside an unphased GT, PGT with PID or the older HP, becomes phase: the alleles are put in its order.
 *
 * @param bytes the calls of a record
 * @param calls of the same record; phase and order of alleles are written
 * @param sets [samples], written
 */
export function readPhaseSets(
  bytes: Uint8Array,
  fields: Columns,
  calls: RecordCalls,
  numbers: SetNumbers,
  sets: Int32Array,
): void {
  const { alleles, phased } = calls;
  sets.fill(0);
  new TextDecoder().decode(bytes).split("\t").forEach((call, s) => {
    const [a, b] = [alleles[2 * s]!, alleles[2 * s + 1]!];
    if (a === b || a < 0 || b < 0) return;
    const values = call.split(":");
    const value = (key: typeof KEYS[number]) => fields[key] < 0 ? undefined : values[fields[key]];
    let name: string | undefined;
    if (phased[s] === 1) {
      const known = (["PS", "PID"] as const).find((key) => isValue(value(key)));
      name = known && `${known} ${value(known)}`;
    } else {
      const order = orderOf(value("PGT"), value("PID"), value("HP"), a, b);
      if (!order) return;
      [alleles[2 * s], alleles[2 * s + 1]] = order.alleles;
      phased[s] = 1;
      name = order.name;
    }
    if (name === undefined) return;
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    sets[s] = number;
  });
}

/** The phase of an unphased call with alleles `a` and `b`, as PGT with PID or HP have it. */
function orderOf(
  pgt: string | undefined,
  pid: string | undefined,
  hp: string | undefined,
  a: number,
  b: number,
): { alleles: [number, number]; name: string } | undefined {
  if (isValue(pid) && (pgt === `${a}|${b}` || pgt === `${b}|${a}`)) {
    return { alleles: pgt === `${a}|${b}` ? [a, b] : [b, a], name: `PID ${pid}` };
  }
  const [, set, first, other, second] = /^(.+)-([12]),(.+)-([12])$/.exec(hp ?? "") ?? [];
  if (set === undefined || set !== other || first === second) return undefined;
  return { alleles: first === "1" ? [a, b] : [b, a], name: `HP ${set}` };
}
