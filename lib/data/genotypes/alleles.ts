/** Which texts are alleles, and what more a structural variant is known by. */

/** REF as VCF has it: bases alone. */
export const isReferenceAllele = (text: string): boolean => /^[ACGTN]+$/i.test(text);

/** ALT: bases, `*`, a symbol as `<DEL>`, a breakend, or "." where there is none. */
export const isAlternativeAllele = (text: string): boolean =>
  /^([ACGTN]+|\*|\.|<[^<>\s,;]+>)$/i.test(text) || isBreakend(text);

const isBreakend = (text: string): boolean =>
  /^([ACGTN]*[[\]][^[\]\s,;]+[[\]][ACGTN]*|\.[ACGTN]+|[ACGTN]+\.)$/i.test(text);

/** Whether REF and ALT do not tell the whole variant, as those of copy numbers. */
export const isStructural = (alt: string): boolean => alt.startsWith("<") || (alt !== "." && isBreakend(alt));

const KEPT = /^(END|SVTYPE|SVLEN)=(.+)$/;

/**
 * The fields of INFO that tell what a structural variant is, for one of its ALT alleles: END, SVTYPE and SVLEN; "" without any.
 * An END before the variant begins, which programs refuse, is none.
 *
 * @param allele which of the ALT alleles, from 0
 */
export function structuralInfo(info: string, allele: number, position: number): string {
  if (!/(^|;)(END|SVTYPE|SVLEN)=/.test(info)) return "";
  return info.split(";").flatMap((field) => {
    const [, key, value] = KEPT.exec(field) ?? [];
    if (key === undefined || (key === "END" && !(Number(value) >= position))) return [];
    return [`${key}=${key === "SVLEN" ? value!.split(",")[allele] ?? "." : value}`];
  }).join(";");
}

/** The last base of a variant at a position, by END if its INFO has one. */
export function lastBase(position: number, ref: string, info: string | undefined): number {
  const end = Number(/(?:^|;)END=(\d+)(?:;|$)/.exec(info ?? "")?.[1] ?? 0);
  return Math.max(end, position + ref.length - 1);
}
