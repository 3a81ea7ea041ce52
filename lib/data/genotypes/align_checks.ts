import { UserError } from "../../errors.ts";
import { percent } from "./align_report.ts";
import type { Genotypes } from "./genotypes.ts";
import { sameContig } from "./region.ts";

/** Share of the targets' positions that must match in any case, and that is enough in any case. */
const LEAST_SHARE = 0.01;
const ENOUGH_SHARE = 0.1;

/** @throws UserError if there is nothing to align, or the chromosomes differ. */
export function checkContigs(reference: Genotypes, targets: Genotypes): void {
  for (const [name, { variants, samples }] of [["reference", reference], ["targets", targets]] as const) {
    if (variants.position.length > 0 && samples.length > 0) continue;
    throw new UserError(
      `expected variants and samples in the ${name}, found ${variants.position.length} and ${samples.length}`,
    );
  }
  if (sameContig(reference.contig, targets.contig)) return;
  throw new UserError(
    `expected the targets to be of the reference's chromosome ${reference.contig}, found ${targets.contig}`,
  );
}

/**
 * Positions of another genome build also meet some of the reference's by chance, the more the denser it is: as many as
 * that do not count as a match. Only positions within the reference's range are asked for, which may be a region.
 *
 * @param matched how many of the targets' variants match
 * @throws UserError if too few match, with the ranges of both.
 */
export function checkOverlap(reference: Genotypes, targets: Genotypes, matched: number): void {
  const [first, last] = rangeOf(reference);
  const [targetFirst, targetLast] = rangeOf(targets);
  const inRange = targets.variants.position.filter((position) => position >= first && position <= last);
  const ranges = `the reference covers ${reference.contig}:${first}-${last}, the targets ` +
    `${targets.contig}:${targetFirst}-${targetLast}`;
  if (inRange.length === 0) {
    throw new UserError(
      `expected targets that overlap with the reference, found none: ${ranges}; is one of them of another region or ` +
        "another genome build (b37, b38)?",
    );
  }
  const density = new Set(reference.variants.position).size / (last - first + 1);
  const least = Math.max(LEAST_SHARE, Math.min(ENOUGH_SHARE, 2 * density));
  const share = matched / inRange.length;
  if (matched >= 2 && share >= least) return;
  throw new UserError(
    `expected at least 2 and ${
      percent(least)
    } of the targets' ${inRange.length} variants in the reference's range to ` +
      `be in the reference, found ${matched} (${
        percent(share)
      }): ${ranges}; another genome build (b37, b38) is likely`,
  );
}

function rangeOf({ variants: { position } }: Genotypes): [first: number, last: number] {
  return [position[0]!, position.at(-1)!];
}
