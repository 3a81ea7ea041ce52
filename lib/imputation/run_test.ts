import assert from "node:assert/strict";
import { join } from "node:path";
import { parseRegion } from "../data/genotypes/mod.ts";
import { xlaTest } from "../engine/support_test.ts";
import { UserError } from "../errors.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import {
  allele,
  type Imputed,
  inImputeFolder,
  openCall,
  phasedCall,
  position,
  REFERENCE,
  SITES,
  TARGETS,
  vcf,
} from "./support_test.ts";

const at = ({ records }: Imputed, site: number) =>
  records.filter((record) => record.position === position(site));
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const dosages = (calls: string[]) => calls.map((call) => Number(call.split(":")[1]));
const truth = (site: number) =>
  TARGETS.samples.map((_, s) => allele(1000 + 2 * s, site) + allele(1001 + 2 * s, site));

xlaTest("a site where no target has a call is imputed, a missing call gets its dosage", () =>
  inImputeFolder({
    "array.vcf": vcf({ ...TARGETS, call: (row, site) => site === 60 ? "./." : openCall(row, site) }),
  }, async (impute) => {
    const found = await impute();
    assert.equal(found.result!.imputed, 81);
    assert.match(found.said.join("\n"), /1 imputed, no target has a call there: 70000 A\/C/);
    const [missing] = at(found, 60);
    assert.match(missing!.info, /;IMP$/);
    const error = dosages(missing!.calls).map((dosage, s) => Math.abs(dosage - truth(60)[s]!));
    assert.ok(Math.max(...error) < 0.5, `${error}`);
    const [partly] = at(found, 30);
    assert.doesNotMatch(partly!.info, /IMP/);
    const dosage = dosages(partly!.calls)[0]!;
    assert.ok(Math.abs(dosage - truth(30)[0]!) < 0.5 && !Number.isInteger(dosage), `${dosage}`);
  }));

xlaTest("structural variants, symbols and odd IDs are carried over", () =>
  inImputeFolder({
    "ref.vcf": vcf({
      ...REFERENCE,
      sites: [...REFERENCE.sites.slice(0, 5), 4, ...REFERENCE.sites.slice(5)],
      alleles: (site) => site === 4 ? "A <CN0>" : "A C",
      fields: (site) => `. PASS ${site === 4 ? "END=20500;SVTYPE=DEL" : "."} GT`,
      meta: ['##ALT=<ID=CN0,Description="no copy">'],
    }).replace("\trs4\t", "\tesv4\t").replace("\trs7\t", "\trs7;;odd \0id\t"),
  }, async (impute) => {
    const found = await impute();
    assert.deepEqual(at(found, 4).map(({ id, alt }) => `${id} ${alt}`), ["esv4 <CN0>", "rs4 <CN0>"]);
    assert.match(at(found, 4)[0]!.info, /;END=20500;SVTYPE=DEL$/);
    const header = found.header.join("\n");
    assert.match(header, /^##ALT=<ID=CN0,Description="no copy">$/m);
    assert.match(header, /^##INFO=<ID=END,Number=1,Type=Integer/m);
    assert.equal(at(found, 7)[0]!.id, "rs7;;odd_id");
  }));

xlaTest(
  "what is left out of the reference is told before the work, and what cannot be used ends it there",
  async () => {
    await inImputeFolder({
      "ref.vcf": vcf({
        ...REFERENCE,
        alleles: (site) => site === 118 ? "B C" : "A C",
        fields: (site) => `. ${site === 5 ? "q10" : "PASS"} . GT`,
      }),
    }, async (impute) => {
      const found = await impute();
      const before = found.said.slice(0, found.said.findIndex((line) => line.startsWith("phase:"))).join(
        "\n",
      );
      assert.match(before, /reference: 1 alleles left out: .*: 20:128000 B\/C \(line 122\)/);
      assert.match(before, /reference: 1 records left out: FILTER .*: 20:15000 q10/);
      assert.equal(found.records.length, SITES - 2);
      assert.equal((await impute({ allFilters: true })).records.length, SITES - 1);
    });
    await inImputeFolder({
      "ref.vcf": vcf({
        ...REFERENCE,
        call: (row, site) => row === 6 && site === 119 ? ".|." : phasedCall(row, site),
      }),
    }, async (impute, folder) => {
      const before = names(folder);
      const message =
        /ref\.vcf, line 123, position 20:129000, sample "R3": expected phased calls without missing/;
      await assert.rejects(impute(), (error) => error instanceof UserError && message.test(error.message));
      assert.deepEqual(names(folder), before);
    });
  },
);

xlaTest(
  "a region is imputed with the genotypes around it, and nothing around it is written",
  () =>
    inImputeFolder({}, async (impute) => {
      const whole = await impute();
      const part = await impute({ region: parseRegion("20:60000-70000") });
      assert.deepEqual(
        part.records.map((record) => record.position),
        Array.from({ length: 11 }, (_, i) => 60_000 + 1000 * i),
      );
      assert.match(
        part.said.join("\n"),
        /region: 11 variants of the reference; 36 genotyped ones up to 1 Mb around it help/,
      );
      for (const { position: at, calls } of part.records) {
        const same = whole.records.find((record) => record.position === at)!;
        dosages(calls).forEach((dosage, s) => assert.ok(Math.abs(dosage - dosages(same.calls)[s]!) < 0.01));
      }
      await assert.rejects(
        impute({ region: parseRegion("20:200000-300000") }),
        /expected variants in 20:200000-300000, found none; around it there are 10000 to 129000/,
      );
    }),
);

/** PL of what a few reads with errors of 1 % show of a person. */
function readsOf(row: number, site: number): string {
  const random = (n: number) => (Math.sin(row * 17.3 + site * 91.7 + n * 37.1) * 43758.5453) % 1;
  const count = Math.floor(4 * Math.abs(random(0)));
  const share = (allele(row, site) + allele(row + 1, site)) / 2;
  let alt = 0;
  for (let n = 1; n <= count; n++) alt += Number(Math.abs(random(n)) < 0.01 + 0.98 * share);
  const logs = [0.01, 0.5, 0.99].map((p) => alt * Math.log10(p) + (count - alt) * Math.log10(1 - p));
  return logs.map((log) => Math.round(10 * (Math.max(...logs) - log))).join();
}

xlaTest("people of few reads are imputed by likelihoods of genotypes", async () => {
  const { sites } = REFERENCE;
  const array = vcf({ ...TARGETS, sites, fields: () => ". PASS . PL", call: readsOf });
  const beside = vcf({
    ...TARGETS,
    sites,
    fields: () => ". PASS . GT:PL",
    call: (row, site) => `0/0:${readsOf(row, site)}`,
  });
  await inImputeFolder({ "array.vcf": array, "both.vcf": beside }, async (impute, folder) => {
    const found = await impute({ posteriors: true, phasing: "auto" });
    assert.match(found.said.join("\n"), /targets: 120 records with PL, GL or GP: taken as likelihoods/);
    assert.match(found.said.join("\n"), /phase: pairs of copied reference haplotypes/);
    let errors = 0;
    for (let site = 0; site < SITES; site++) {
      const { calls } = at(found, site)[0]!;
      calls.forEach((call, s) => {
        const [, dosage, posteriors] = call.split(":");
        errors += Math.abs(Number(dosage) - truth(site)[s]!);
        assert.ok(Math.abs(posteriors!.split(",").reduce((sum, p) => sum + Number(p), 0) - 1) < 0.01);
      });
    }
    assert.ok(errors / SITES / TARGETS.samples.length < 0.1, `${errors}`);
    const targets = join(folder, "both.vcf");
    const asCalled = await impute({ targets });
    assert.match(asCalled.said.join("\n"), /120 records with GT beside PL, GL or GP: GT is taken/);
    assert.deepEqual((await impute({ targets, likelihoods: true, posteriors: true })).records, found.records);
    for (const phasing of ["beagle", "given"] as const) {
      await assert.rejects(impute({ phasing }), /--phasing (beagle|given): likelihoods of genotypes/);
    }
  });
});

xlaTest("likelihoods at some variants help at those between", async () => {
  const array = vcf({ ...TARGETS, fields: () => ". PASS . PL", call: readsOf });
  await inImputeFolder({ "array.vcf": array }, async (impute) => {
    const found = await impute();
    assert.equal(found.result!.imputed, 80);
    let errors = 0;
    for (let site = 0; site < SITES; site++) {
      dosages(at(found, site)[0]!.calls).forEach((dosage, s) => errors += Math.abs(dosage - truth(site)[s]!));
    }
    assert.ok(errors / SITES / TARGETS.samples.length < 0.3, `${errors}`);
  });
});

const HAPLOID = (row: number, site: number) => row % 4 === 0 ? `${allele(row, site)}` : openCall(row, site);

xlaTest(
  "people with one haplotype get one, as on X in men",
  () =>
    inImputeFolder({ "array.vcf": vcf({ ...TARGETS, call: HAPLOID }) }, async (impute) => {
      const found = await impute({ posteriors: true, haplotypes: true });
      assert.match(found.said.join("\n"), /targets: 120 haploid calls: 20:10000 T0/);
      let right = 0;
      for (let site = 0; site < SITES; site++) {
        const { calls } = at(found, site)[0]!;
        assert.match(calls[0]!, /^[01]:[01](\.\d+)?:[01](\.\d+)?:[01](\.\d+)?,[01](\.\d+)?$/);
        assert.match(calls[1]!, /^[01]\|[01]:[^:,]+:[^:,]+,[^:,]+:[^:,]+,[^:,]+,[^:,]+$/);
        right += Number(Number(calls[0]![0]) === allele(1000, site));
      }
      assert.ok(right > 0.85 * SITES, `${right} of ${SITES}`);
    }),
);

xlaTest(
  "genotyped variants are imputed without themselves, if that is asked",
  () =>
    inImputeFolder({}, async (impute) => {
      const { said, header, records } = await impute({ typedR2: true });
      const pooled = Number(/each left out in turn: R2 of all alleles ([\d.]+)/.exec(said.join("\n"))![1]);
      assert.ok(pooled > 0.6 && pooled < 1, `${pooled}`);
      assert.match(header.join("\n"), /^##INFO=<ID=ER2,/m);
      const has = records.filter(({ info }) => /;ER2=[\d.]+$/.test(info));
      assert.ok(has.length > 25 && has.every(({ info }) => !info.includes("IMP")), `${has.length}`);
    }),
);

xlaTest(
  "genotyped variants that the reference lacks are written as given, if that is asked",
  () =>
    inImputeFolder({
      "array.vcf": vcf({ ...TARGETS, alleles: (site) => site === 9 ? "A G" : "A C" }),
      "ref.vcf": vcf({ ...REFERENCE, sites: REFERENCE.sites.filter((site) => site !== 0 && site !== 117) }),
    }, async (impute) => {
      const { said, records } = await impute({ allTyped: true });
      assert.match(said.join("\n"), /3 genotyped variants that are not used are written as they are given/);
      assert.equal(records.length, SITES + 1);
      assert.deepEqual(
        records.map((record) => record.position),
        records.map((record) => record.position).toSorted((a, b) => a - b),
      );
      const [first] = records;
      assert.deepEqual([first!.position, first!.info], [position(0), "."]);
      assert.deepEqual(first!.calls.map((call) => Number(call.split(":")[1])), truth(0));
      assert.ok(first!.calls.every((call) => /^([01])([/|])[01]:[012]$/.test(call)));
    }),
);

xlaTest("variants of a low R2 are left out and counted", () =>
  inImputeFolder({}, async (impute) => {
    const { result, records } = await impute({ leastR2: 0.9 });
    assert.ok(result!.leftOut > 0);
    assert.equal(records.length, SITES - result!.leftOut);
    assert.ok(
      records.every(({ info }) => !info.endsWith("IMP") || Number(/DR2=([\d.]+)/.exec(info)![1]) >= 0.9),
    );
  }));

xlaTest(
  "stopped work goes on, but not with another map of the same name",
  () =>
    inImputeFolder({ "a.map": "20 . 0 1\n20 . 3 200000\n" }, async (impute, folder) => {
      const map = join(folder, "a.map");
      const settings = {
        ...DEFAULT_SETTINGS,
        recipe: { ...DEFAULT_SETTINGS.recipe, steps: 2 },
        windows: { ...DEFAULT_SETTINGS.windows, targets: 20 },
      };
      const stop = new AbortController();
      const say = (line: string) => line.startsWith("phase:") && stop.abort();
      const stopped = await impute({ map, settings, signal: stop.signal, say });
      assert.equal(stopped.result, undefined);
      assert.ok(names(folder).includes("out.vcf.gz.parts"));
      const first = await impute({ map, settings });
      assert.ok(!first.said.includes("phasing"));

      const again = new AbortController();
      await impute({
        map,
        settings,
        signal: again.signal,
        say: (line) => line.startsWith("phase:") && again.abort(),
      });
      await Deno.writeTextFile(map, "20 . 0 1\n20 . 30 200000\n");
      const other = await impute({ map, settings });
      const whole = await impute({ map, settings, out: join(folder, "whole.vcf.gz") });
      assert.deepEqual(other.records, whole.records);
      assert.notDeepEqual(other.records, first.records);
      assert.deepEqual(names(folder).filter((name) => /part/.test(name)), []);
    }),
);
