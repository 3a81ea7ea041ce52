/** What others' programs read of an imputed file: those that are installed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { xlaTest } from "../engine/support_test.ts";
import { lastLines, runTool } from "../setup/command.ts";
import { allele, type Imputed, inImputeFolder, openCall, REFERENCE, TARGETS, vcf } from "./support_test.ts";

/** A program's words if it ran well. */
async function said(program: string, ...args: string[]): Promise<string> {
  const result = await runTool(program, args);
  assert.ok(result?.code === 0, `${program} ${args.join(" ")}:\n${lastLines(result?.stderr ?? "absent", 9)}`);
  return result.stdout;
}

const runs = async (program: string, ...args: string[]): Promise<boolean> =>
  (await runTool(program, args))?.code === 0;

/** The first Python that has a package: the workspace's, or that on the path. */
async function pythonWith(name: string): Promise<string | undefined> {
  for (const python of [join(ROOT, ".venv", "bin", "python"), "python3"]) {
    if (await runs(python, "-c", `import ${name}`)) return python;
  }
}

const [bcftools, plink2, cyvcf2, pysam] = await Promise.all([
  runs("bcftools", "--version"),
  runs("plink2", "--version"),
  pythonWith("cyvcf2"),
  pythonWith("pysam"),
]);

/** A test of a program; one that is not there is told in the test's name. */
function readerTest(program: string, there: unknown, test: () => Promise<void>): void {
  if (there) xlaTest(`${program} reads the output`, test);
  else Deno.test(`${program} reads the output: not tried, it is not installed`, { ignore: true }, () => {});
}

/** People with odd names imputed with all fields, structural variants among them; `contig` X has men with one haplotype. */
function imputed(contig: string, test: (found: Imputed, path: string, folder: string) => Promise<void>) {
  const samples = ["T 0", "T,1", "é2", "T-3", "T.4", "T_5"];
  const men = (row: number, site: number) => row % 4 === 0 ? `${allele(row, site)}` : openCall(row, site);
  return inImputeFolder({
    "ref.vcf": vcf({
      ...REFERENCE,
      contig,
      alleles: (site) => site === 4 ? "A <DEL>" : site === 5 ? "a ctg" : "A C",
      fields: (site) => `. PASS ${site === 4 ? "END=30000;SVTYPE=DEL;SVLEN=-15999" : "."} GT`,
      meta: ['##ALT=<ID=DEL,Description="Deletion">'],
    }),
    "array.vcf": vcf({ ...TARGETS, contig, call: contig === "X" ? men : openCall })
      .replace(TARGETS.samples.join("\t"), samples.join("\t")),
  }, async (impute, folder) => {
    const found = await impute({ posteriors: true, haplotypes: true, typedR2: true });
    await test(found, join(folder, "out.vcf.gz"), folder);
  });
}

/** GT and DS of each call as text, by variant. */
const callsOf = ({ records }: Imputed) =>
  records.map(({ position, calls }) =>
    [
      position,
      ...calls.map((call) => call.split(":").slice(0, 2).join(" ")),
    ].join("\n")
  );

for (const contig of ["20", "X"]) {
  readerTest(
    `bcftools (chromosome ${contig})`,
    bcftools,
    () =>
      imputed(contig, async (found, path, folder) => {
        const format = "%POS[\\n%GT %DS]\\n\\n";
        const calls = (await said("bcftools", "query", "-f", format, path)).trimEnd().split("\n\n");
        assert.deepEqual(calls, callsOf(found));
        assert.equal((await said("bcftools", "index", "-n", path)).trim(), String(found.records.length));
        const part = await said(
          "bcftools",
          "query",
          "-r",
          `${contig}:29000-30000`,
          "-f",
          "%POS %END\\n",
          path,
        );
        assert.deepEqual(part.trim().split("\n"), ["14000 30000", "29000 29000", "30000 30000"]);
        const bcf = join(folder, "out.bcf");
        const result = await runTool("bcftools", ["view", "-Ob", "-o", bcf, path]);
        // Not a word about what the header lacks.
        assert.deepEqual([result?.code, result?.stderr], [0, ""]);
      }),
  );

  for (const [name, python, program] of [["cyvcf2", cyvcf2, CYVCF2()], ["pysam", pysam, PYSAM()]] as const) {
    readerTest(`${name} (chromosome ${contig})`, python, () =>
      imputed(contig, async (found, path) => {
        const lines = (await said(python!, "-c", program, path, contig)).trimEnd().split("\n");
        const expected = found.records.map(({ position, calls }) =>
          [position, ...calls.map((call) => call.split(":").slice(0, 2).join(" "))].join("\t")
        );
        // Phase is that of calls with two alleles.
        assert.deepEqual(lines.slice(0, -2).map(rounded), expected.map(rounded));
        assert.deepEqual(lines.at(-2), "T 0;T,1;é2;T-3;T.4;T_5");
        assert.deepEqual(lines.at(-1), "14000 29000 30000");
      }));
  }
}

/** Numbers of single precision as they are written. */
function rounded(line: string): string {
  return line.replaceAll(/ (\d[\d.e-]*)/g, (_, number) => ` ${Number(Number(number).toFixed(3))}`);
}

function CYVCF2(): string {
  return `
import sys, cyvcf2
path, contig = sys.argv[1:]
vcf = cyvcf2.VCF(path)
for v in vcf:
    ds, gp = v.format('DS')[:, 0], v.format('GP')
    assert gp.shape[1] == 3 and v.format('HDS').shape[1] == 2 and 0 <= v.INFO['AF'] <= 1 and 0 <= v.INFO['DR2'] <= 1
    calls = [str(g[0]) if len(g) == 2 or g[1] == -2 else f"{g[0]}{'|' if g[-1] else '/'}{g[1]}" for g in v.genotypes]
    print(v.POS, *[f'{c} {d}' for c, d in zip(calls, ds)], sep='\\t')
print(';'.join(vcf.samples))
print(*[v.POS for v in cyvcf2.VCF(path)(f'{contig}:29000-30000')])
`;
}

function PYSAM(): string {
  return `
import sys, pysam
path, contig = sys.argv[1:]
vcf = pysam.VariantFile(path)
for v in vcf:
    cells = []
    for s in v.samples.values():
        assert len(s['GP']) == len(s['GT']) + 1 and len(s['HDS']) == len(s['GT'])
        cells.append(('|' if s.phased else '/').join(map(str, s['GT'])) + f" {s['DS'][0] if isinstance(s['DS'], tuple) else s['DS']}")
    print(v.pos, *cells, sep='\\t')
print(';'.join(vcf.header.samples))
print(*[v.pos for v in pysam.VariantFile(path).fetch(contig, 28999, 30000)])
`;
}

readerTest("plink2", plink2, () =>
  imputed("20", async ({ records }, path, folder) => {
    const out = join(folder, "plink");
    for (const field of ["DS", "HDS", "GP-force"]) {
      await said(
        "plink2",
        ...[
          "--vcf",
          path,
          `dosage=${field}`,
          "--vcf-idspace-to",
          "_",
          "--output-chr",
          "26",
          "--export",
          "Av",
        ],
        ...["--max-alleles", "2", "--out", out],
      );
      const [, ...rows] = (await Deno.readTextFile(`${out}.traw`)).trimEnd().split("\n");
      assert.equal(rows.length, records.length, field);
      rows.forEach((row, i) => {
        const cells = row.split("\t");
        const [counted, other] = [cells[4], cells[5]];
        cells.slice(6).forEach((cell, s) => {
          const dosage = Number(records[i]!.calls[s]!.split(":")[1]);
          const expected = counted!.toUpperCase() === records[i]!.alt.toUpperCase() ? dosage : 2 - dosage;
          assert.ok(
            Math.abs(Number(cell) - expected) < 2e-3,
            `${field}, ${row.slice(0, 60)} ${other}: ${cell}, ${dosage}`,
          );
        });
      });
    }
  }));
