import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { threefryUniform } from "@spin/xla/threefry";
import { requestStop, resetStop } from "../progress/stop.ts";
import { type Beagle, findBeagle, readBeagle, runBeagle } from "./beagle.ts";

const beagle = await findBeagle();
if (!beagle.found) console.log(`Beagle is not tested: ${beagle.how}`);

/** VCF files of haplotypes that are copies of a few founders: 20 reference samples, 3 targets at every fifth variant. */
async function writePanel(
  folder: string,
): Promise<{ reference: string; targets: string; truth: number[][] }> {
  const [variants, founders] = [200, 4];
  const draws = threefryUniform(5, 5, 0, variants * founders);
  const allele = (founder: number, v: number) => draws[v * founders + founder]! < 0.4 ? 1 : 0;
  const vcf = (samples: number, shift: number, keep: (v: number) => boolean) => {
    const names = Array.from({ length: samples }, (_, s) => `${shift ? "T" : "R"}${s}`);
    const lines = Array.from({ length: variants }, (_, v) => v).filter(keep).map((v) => {
      const calls = names.map((_, s) =>
        `${allele((s + shift) % 4, v)}|${allele((s * 3 + 1 + shift) % 4, v)}`
      );
      return ["20", 1000 + 500 * v, `v${v}`, "A", "T", ".", "PASS", ".", "GT", ...calls].join("\t");
    });
    const columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", ...names].join(
      "\t",
    );
    return `##fileformat=VCFv4.2\n${columns}\n${lines.join("\n")}\n`;
  };
  const [reference, targets] = [join(folder, "reference panel.vcf"), join(folder, "targets.vcf")];
  await Deno.writeTextFile(reference, vcf(20, 0, () => true));
  await Deno.writeTextFile(targets, vcf(3, 1, (v) => v % 5 === 0));
  const truth = Array.from(
    { length: variants },
    (_, v) => [0, 1, 2].flatMap((s) => [allele((s + 1) % 4, v), allele((s * 3 + 2) % 4, v)]),
  );
  return { reference, targets, truth };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A program in Beagle's place. */
async function pretended(folder: string, script: string): Promise<Beagle> {
  const program = join(folder, "beagle");
  await Deno.writeTextFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { found: true, version: "pretended", command: [program] };
}

const REQUEST = { reference: "ref.vcf", targets: "gt.vcf", threads: 1, seed: 1 };

Deno.test(
  { name: "copies of the reference's haplotypes are imputed as they are", ignore: !beagle.found },
  async () => {
    await withFolder(async (folder) => {
      const { reference, targets, truth } = await writePanel(folder);
      const lines: string[] = [];
      const out = join(folder, "imputed");
      const run = await runBeagle({
        reference,
        targets,
        out,
        threads: 1,
        seed: 1,
        onLine: (line) => lines.push(line),
      });
      const { samples, positions, probability } = await readBeagle(run.vcf);
      deepEqual(samples, ["T0", "T1", "T2"]);
      equal(positions.length, 200);
      const wrong = [...probability].filter((p, i) => Math.abs(p - truth.flat()[i]!) > 0.5).length;
      ok(wrong < 12, `${wrong} of 1200`);
      ok(lines.some((line) => line.startsWith("Window 1 [")));
      ok(run.seconds > 0);
      await Deno.stat(`${out}.log`);
    });
  },
);

Deno.test(
  { name: "Beagle's own message is passed on, and nothing is left behind", ignore: !beagle.found },
  async () => {
    await withFolder(async (folder) => {
      await rejects(runBeagle({ ...REQUEST, out: join(folder, "x") }), (error: Error) => {
        match(error.message, /^Beagle failed\. It said:\n[^]*File does not exist[^]*gt\.vcf/);
        equal(error.message.includes("Main.java"), false);
        return true;
      });
      deepEqual([...Deno.readDirSync(folder)], []);
    });
  },
);

Deno.test("files take their names when Beagle is done, and settings are passed on", async () => {
  await withFolder(async (folder) => {
    const script = `for a in "$@"; do case "$a" in out=*) o="\${a#out=}";; esac; done
echo "$@" > "$o.log"; echo vcf > "$o.vcf.gz"; echo "Imputation time:  1 minute 2 seconds"`;
    const fake = await pretended(folder, script);
    const out = join(folder, "x");
    await runBeagle({ ...REQUEST, map: "a.map", out, options: { ap: false, ne: 1000 } }, fake);
    equal(
      await Deno.readTextFile(`${out}.log`),
      `ref=ref.vcf gt=gt.vcf map=a.map out=${out}.making ap=false ne=1000 nthreads=1 seed=1\n`,
    );
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["beagle", "x.log", "x.vcf.gz"]);
  });
});

Deno.test("a request to stop ends Beagle", async () => {
  await withFolder(async (folder) => {
    const fake = await pretended(folder, "echo Window 1; exec sleep 60");
    const asked = runBeagle({ ...REQUEST, out: join(folder, "x"), onLine: requestStop }, fake);
    try {
      await rejects(asked, /^UserError: Beagle was stopped on request/);
    } finally {
      resetStop();
    }
  });
});
