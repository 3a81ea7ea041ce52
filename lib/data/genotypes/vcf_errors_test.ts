import { parseRegion } from "./genotypes.ts";
import { record, refusesFile, vcfText } from "./support_test.ts";
import { contigsOf, readVcf, type VcfOptions } from "./vcf.ts";

const refuses = (content: string | Uint8Array, message: RegExp, options: VcfOptions = {}, name = "a.vcf") =>
  refusesFile(name, content, (path) => readVcf(path, options), message);
const good = record(5, "A>C", "0|1 0|0");
/** A VCF of samples A and B with these records after a good one; the first of them is on line 4. */
const after = (...records: string[]) => vcfText(["A", "B"], [good, ...records]);

Deno.test("files that are no VCF are refused with what they are", async () => {
  await refuses("", /a\.vcf: expected a VCF with a line #CHROM, found an empty file/);
  await refuses("##fileformat=VCFv4.2\n", /with a line #CHROM, found none in 1 lines/);
  await refuses("id,x\n", /line 1: expected a VCF with a line ##fileformat=VCF, found "id,x"/);
  await refuses("id,x\n", /##fileformat=VCF \(plain, or gzip by its content\), found/, {}, "a.vcf.gz");
  await refuses("BCF\x04\x02rest", /found BCF of another version than 2; `bcftools view` makes a VCF of it/);
  await refuses("<html>", /found a web page/);
  await refuses(Uint8Array.of(1, 2, 3), /found binary data/);
  await refuses(
    `##fileformat=VCFv4.2\n${good}\n`,
    /line 2: expected a VCF with a line #CHROM before the first/,
  );
});

Deno.test("headers are refused with what is wrong", async () => {
  await refuses(vcfText([], []), /a\.vcf, line 2: expected samples after FORMAT, found none/);
  const sites = vcfText([], []).replace("\tFORMAT", "");
  await refuses(sites, /line 2: expected FORMAT and samples after INFO, found none: a VCF of sites alone/);
  await refuses(vcfText(["A", "B", "A"], []), /line 2: samples 1 and 3 are both called "A"/);
  await refuses(vcfText(["A", ""], []), /line 2: sample 2 has no name/);
  const latin = Uint8Array.from(vcfText(["A", "é"], []), (letter) => letter.charCodeAt(0));
  await refuses(latin, /line 2: expected names of samples in UTF-8, found other bytes in that of sample 2/);
  await refuses(
    vcfText(["A"], []).replace("ID", "NAME"),
    /with tabs between them, found "NAME" where ID is due/,
  );
  await refuses(vcfText(["A"], []), /a\.vcf: expected records, found none/);
});

Deno.test("records that do not fit the header are refused with their line", async () => {
  await refuses(after(record(6, "A>C", "0|1")), /line 4, position 20:6: expected 2 calls .*, found 1/);
  await refuses(
    after(record(6, "A>C", "0|1 0|0 1|1")),
    /line 4, position 20:6: expected 2 calls .*, found 3/,
  );
  await refuses(after("20 6 . A C"), /line 4: expected 11 columns as in the header, found 5/);
  await refuses(
    after(record(6, "A>C", "0|1 0|0").replace("GT", "DS:HDS")),
    /FORMAT to begin with GT or to have GP, PL or GL, found "DS:HDS"/,
  );
  await refuses(
    after(record(6, "A>C", "0|1 0|0").replace("GT", "GTX")),
    /FORMAT to begin with GT or .*, found "GTX"/,
  );
});

Deno.test("columns without tabs are refused before chromosomes are told", () =>
  refusesFile(
    "a.vcf",
    after(good).replaceAll("\t", " "),
    contigsOf,
    /line 3: expected columns with tabs between them, found "20 5 \. A C/,
  ));

Deno.test("genotypes that are none are refused with sample and position", async () => {
  const call = (text: string) => after(record(6, "A>C", `0|1 ${text}`));
  const where = 'line 4, position 20:6, sample "B": ';
  await refuses(call("x"), new RegExp(`${where}expected a genotype such as .*, found "x"`));
  await refuses(call("0-1"), new RegExp(`${where}expected a genotype such as .*, found "0-1"`));
  await refuses(call("0|"), new RegExp(`${where}expected a genotype`));
  await refuses(call(""), new RegExp(`${where}expected a genotype`));
  await refuses(
    call("0|0|1"),
    new RegExp(`${where}expected two alleles, found "0\\|0\\|1": only diploid and haploid`),
  );
  await refuses(call("0|2"), new RegExp(`${where}expected alleles 0 to 1, found "0\\|2"`));
  await refuses(call("0|12"), new RegExp(`${where}expected alleles 0 to 1, found "0\\|12"`));
  await refuses(after(record(6, "A>.", "0|1 0|0")), /sample "A": expected alleles 0, found "0\|1"/);
});

Deno.test("positions that are none, decrease or are on another chromosome are refused", async () => {
  await refuses(
    after(good.replace("5", "5e3")),
    /line 4: expected a position from 1 to \d+ in column POS, found "5e3"/,
  );
  await refuses(after(good.replace("5", "0")), /expected a position from 1 .*, found "0"/);
  await refuses(
    after(good.replace("5", "4")),
    /line 4: positions decrease, 20:4 comes after 5; sort the file/,
  );
  await refuses(
    after(good.replace("20", "21")),
    /line 4: expected one chromosome, found "21" after "20"; choose/,
  );
});

Deno.test("what is asked for and not there is refused with what is", async () => {
  const covered = /expected records, found none in 20:9-10; it covers 20:5-7/;
  await refuses(after(record(7, "A>C", "0|1 0|0")), covered, { region: parseRegion("20:9-10") });
  await refuses(after(), /found none in chr21; it covers 20:5-5/, { region: parseRegion("chr21") });
});

Deno.test("calls without phase are refused where phase is required", async () => {
  const text = after(record(6, "A>C", "0|1 1/1"), record(7, "A>C", "0|1 0/1"));
  const problem = /line 5, position 20:7, sample "B": expected phased calls, found a heterozygous one/;
  await refuses(text, problem, { require: "phased" });
});

Deno.test("a reference whose phase does not hold along the chromosome is refused", async () => {
  const sets = (position: number, calls: string) => record(position, "A>C", calls).replace("GT", "GT:PS");
  const text = vcfText(["A", "B"], [sets(5, "0|1:5 1|0:5"), sets(7, "0|1:5 1|0:7")]);
  const problem =
    /line 4, position 20:7, sample "B": expected phase along the .*, found the phase sets PS 5 and PS 7/;
  await refuses(text, problem, { require: "phased" });
});

Deno.test("missing calls are refused where phase is required, and files of filtered records", async () => {
  const text = after(record(6, "A>C", "0|1 .|."));
  await refuses(text, /line 4, position 20:6, sample "B": expected phased calls without missing ones/, {
    require: "phased",
  });
  const filtered = vcfText(["A"], [record(6, "A>C", "0|1").replace("PASS", "q10")]);
  await refuses(filtered, /expected records whose FILTER is PASS or ".", found none among 1: 20:6 q10/, {
    filters: "pass",
  });
});
