import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readVcf } from "../data/genotypes/mod.ts";
import { draws } from "./copying/support_test.ts";
import { UserError } from "../errors.ts";
import { allele, inImputeFolder, REFERENCE, TARGETS, vcf } from "./support_test.ts";

/** For tests: files that are wrong in ways nobody thought of. */

/** Whole numbers below a bound, the same for the same seed. */
function random(seed: number): (below: number) => number {
  const values = draws(seed, 1000);
  let at = 0;
  return (below) => Math.floor(values[at++ % values.length]! * below);
}

const TOKENS = [
  "",
  ".",
  "-1",
  "0",
  "1",
  "2147483648",
  "1e9",
  "NaN",
  "<DEL>",
  "<",
  "A,C",
  "*",
  "chr20",
  "21",
  "0|1",
  "./.",
  "|",
  "/",
  "0|2",
  "1",
  "0/1/1",
  "PASS",
  "q10",
  "GT",
  "DS:GT",
  "GT:PS",
  "GT:PGT:PID:PS",
  "PL",
  "GL:GP",
  "0,30,200",
  "-inf,0,-0.1",
  "0.2,0.8,0",
  "0,0,0",
  "nan,inf,1",
  "END=5",
  "END=99999999999",
  "SVLEN=-5",
  ";;",
  " ",
  "\0",
  "\t",
  "##",
  "#",
  "é",
  "0|1:5",
  "A".repeat(3000),
  "##contig=<ID=20,length=-5>",
  "##FORMAT=<ID=GT>",
  '##INFO=<ID="',
]; // deno-fmt-ignore

/** A text with one to three changes of bytes, cells or lines. */
function mutated(text: string, pick: (below: number) => number): string {
  const token = () => TOKENS[pick(TOKENS.length)]!;
  const kinds: ((lines: string[]) => void)[] = [
    (lines) => void lines.splice(pick(lines.length), 1),
    (lines) => void lines.splice(pick(lines.length), 0, lines[pick(lines.length)]!),
    (lines) => void lines.splice(pick(lines.length), 0, token()),
    (lines) => lines.length = 1 + pick(lines.length),
    (lines) => {
      const [a, b] = [pick(lines.length), pick(lines.length)];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    },
    ...[0, 1, 2, 3].map(() => (lines: string[]) => changeCell(lines, pick, token())),
    (lines) => {
      const l = pick(lines.length);
      lines[l] = lines[l]!.slice(0, pick(lines[l]!.length + 1));
    },
    (lines) => {
      const l = pick(lines.length);
      const at = pick(lines[l]!.length + 1);
      lines[l] = lines[l]!.slice(0, at) + String.fromCharCode(pick(256)) + lines[l]!.slice(at + 1);
    },
  ];
  const lines = text.split("\n");
  for (let changes = 1 + pick(3); changes > 0; changes--) {
    if (lines.length > 0) kinds[pick(kinds.length)]!(lines);
  }
  return lines.join("\n");
}

/** Puts a token in the place of a cell, or takes the cell away. */
function changeCell(lines: string[], pick: (below: number) => number, token: string): void {
  const l = pick(lines.length);
  const cells = lines[l]!.split("\t");
  const c = pick(Math.min(cells.length, 1 + pick(12)));
  if (pick(8) === 0) cells.splice(c, 1);
  else cells[c] = token;
  lines[l] = cells.join("\t");
}

const SMALL = { reference: { ...REFERENCE, samples: REFERENCE.samples.slice(0, 12) }, targets: TARGETS };
/** The same people by PL. */
const READS = {
  ...TARGETS,
  fields: () => ". PASS . GT:PL",
  call: (row: number, site: number) =>
    ["0/0:0,6,60", "./.:20,0,20", "1/1:90,9,0"][allele(row, site) + allele(row + 1, site)]!,
};
const MAP = Array.from({ length: 30 }, (_, i) => `20 . ${i / 100} ${5_000 * (i + 1)}\n`).join("");

/**
 * Imputes from `count` mutated files, one of reference, targets (by calls or by likelihoods) and map each: it must end with a message for people or with a
 * file that can be read, and leave nothing else.
 *
 * @returns how many ended with a result
 */
export async function fuzzImputation(seed: number, count: number): Promise<number> {
  const originals = {
    "ref.vcf": vcf(SMALL.reference),
    "array.vcf": vcf(SMALL.targets),
    "reads.vcf": vcf(READS),
    "a.map": MAP,
  };
  let results = 0;
  await inImputeFolder(originals, async (impute, folder) => {
    const inputs = [...Object.keys(originals)].sort();
    for (let i = seed; i < seed + count; i++) {
      const pick = random(i);
      const name = inputs[pick(inputs.length)] as keyof typeof originals;
      const text = new TextEncoder().encode(mutated(originals[name], pick));
      let bytes: Uint8Array = text;
      if (pick(6) === 0) {
        bytes = gzipSync(text);
        if (pick(2) === 0) bytes[pick(bytes.length)]! ^= 1 << pick(8);
        else bytes = bytes.subarray(0, pick(bytes.length));
      }
      await Deno.writeFile(join(folder, name), bytes);
      try {
        const byReads = name === "reads.vcf";
        const { result } = await impute({
          map: join(folder, "a.map"),
          ...(byReads ? { targets: join(folder, name), likelihoods: pick(2) === 0 } : {}),
        });
        const { genotypes } = await readVcf(join(folder, "out.vcf.gz"));
        assert.ok(genotypes.variants.position.length <= result!.variants);
        results++;
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(`file ${i} (${name})`, { cause: error });
        assert.ok(error.message.length > 20, error.message);
      }
      await Deno.remove(join(folder, "out.vcf.gz")).catch(() => {});
      await Deno.remove(join(folder, "out.vcf.gz.tbi")).catch(() => {});
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), inputs, `file ${i}`);
      await Deno.writeTextFile(join(folder, name), originals[name]);
    }
  });
  return results;
}
