/** Rows in the form of the large sets' own files, for tests. */
import { factsOf } from "./testing.ts";

/** Numbers as HIGGS.csv.gz has them. */
const higgsRow = (label: number, value: number) =>
  [label, ...Array.from({ length: 28 }, (_, i) => Math.fround(value + i / 7))]
    .map((x) => x.toExponential(18).replace(/e([+-])(\d)$/, "e$10$2")).join(",");
export const HIGGS = Array.from({ length: 40 }, (_, i) => higgsRow(i % 2, i - 20.3)).join("\n") + "\n";

/** kick.arff as OpenML writes it: names as they are, nominal values with blanks quoted, ? for a missing cell. */
export function kickText(rows: string[]): string {
  const facts = factsOf("kick", rows.length);
  const attributes = facts.columns.map((name) =>
    `@ATTRIBUTE ${name} ${facts.categorical.reference.includes(name) ? "{0,1}" : "INTEGER"}`
  );
  return ["@RELATION kick", "", ...attributes, "", "@DATA", ...rows, ""].join("\r\n");
}

export const KICK = [
  "0,1260144000,ADESA,2006,3,MAZDA,MAZDA3,i,'4D SEDAN I',RED,AUTO,1,Alloy,89046,'OTHER ASIAN',MEDIUM,OTHER,8155,9829," +
  "11636,13600,7451,8552,11597,12409,?,?,21973,33619,FL,7100,0,1113",
  "1,1260144000,ADESA,2004,5,DODGE,'1500 RAM PICKUP 2WD',ST,'QUAD CAB 4.7L SLT',WHITE,AUTO,1,Alloy,93593,AMERICAN," +
  "'LARGE TRUCK',CHRYSLER,6854,8383,10897,12572,7456,9222,11374,12791,?,?,19638,33619,FL,7600,0,1053",
  "0,1260230400,MANHEIM,2005,4,DODGE,'STRATUS V6',SXT,'4D SEDAN SXT FFV',MAROON,AUTO,?,?,73807,AMERICAN,MEDIUM," +
  "CHRYSLER,3202,4760,?,?,4035,5557,7146,8702,YES,GREEN,19638,33619,FL,4900,0,1389",
];
