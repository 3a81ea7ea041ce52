/** BCF by bcftools, which has to be there. */
import { UserError } from "../errors.ts";
import { lastLines, runOrExplain, runTool } from "../setup/command.ts";

/** @throws UserError if bcftools is not there */
export async function requireBcftools(out: string): Promise<void> {
  if (await runTool("bcftools", ["--version"])) return;
  throw new UserError(
    `--out ${out}: BCF is written by bcftools, which was not found; Debian, Ubuntu: sudo apt install bcftools; or choose a ` +
      "name that ends in .vcf.gz",
  );
}

/** Turns a written VCF into BCF and its index `.csi`. @throws UserError with what bcftools says */
export async function vcfToBcf(vcf: string, out: string): Promise<void> {
  const making = `${vcf}.making`;
  const bcftools = (...args: string[]) =>
    runOrExplain("bcftools", args, ({ stderr }) => `bcftools could not write ${out}:\n${lastLines(stderr)}`);
  try {
    // Without a line of the date in the header: equal runs give equal bytes.
    await bcftools("view", "--no-version", "-Ob", "-o", making, vcf);
    await bcftools("index", "-f", "-o", `${making}.csi`, making);
    await Deno.rename(making, out);
    await Deno.rename(`${making}.csi`, `${out}.csi`);
  } finally {
    for (const file of [making, `${making}.csi`]) await Deno.remove(file).catch(() => {});
  }
  for (const file of [vcf, `${vcf}.tbi`]) await Deno.remove(file);
}
