import { deepEqual, equal } from "node:assert/strict";
import { isAlternativeAllele, isReferenceAllele, isStructural, lastBase, structuralInfo } from "./alleles.ts";

Deno.test("alleles are those of VCF", () => {
  const good = ["A", "acgtN", "*", ".", "<DEL>", "<DUP:TANDEM>", "G]17:198982]", "[13:123457[C", ".A", "G."];
  deepEqual(good.filter((text) => !isAlternativeAllele(text)), []);
  deepEqual(["", "R", "A,C", "<DEL", "<>", "A C", "0"].filter(isAlternativeAllele), []);
  deepEqual(["A", "n", "ACGT", "B", "", ".", "<DEL>"].map(isReferenceAllele), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  deepEqual(["A", "*", ".", "<DEL>", "]1:5]A"].map(isStructural), [false, false, false, true, true]);
});

Deno.test("of INFO stays what a structural variant is", () => {
  equal(structuralInfo("AC=1;END=90;IMPRECISE;SVLEN=-5,7;SVTYPE=CNV", 1, 5), "END=90;SVLEN=7;SVTYPE=CNV");
  equal(structuralInfo("END=90;SVTYPE=DEL", 0, 91), "SVTYPE=DEL");
  equal(structuralInfo("AC=1;CIEND=0,5", 0, 5), "");
  deepEqual([lastBase(5, "ACG", ""), lastBase(5, "A", "END=90;SVTYPE=DEL"), lastBase(5, "A", "END=2")], [
    7,
    90,
    5,
  ]);
});
