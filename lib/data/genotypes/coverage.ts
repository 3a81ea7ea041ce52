import { UserError } from "../../errors.ts";
import { formatRegion, type Region, sameContig } from "./region.ts";
import { sameBytes } from "./vcf_fields.ts";

/** Which records of a file are wanted, and what the file covers. */
export interface Coverage {
  /**
   * Where a record lies with respect to what is wanted. Without a region all records are.
   *
   * @param bytes of the line; the chromosome is `start` to `end`
   * @throws UserError for positions that decrease, and without a region for a second chromosome.
   */
  place(bytes: Uint8Array, start: number, end: number, position: number): "inside" | "outside" | "beyond";
  /** The chromosome that is read. */
  contig(): string;
  /** What the file covers, as far as it was read. */
  described(): string;
}

interface Stretch {
  name: string;
  bytes: Uint8Array;
  first: number;
  last: number;
}

const MOST_NAMED = 30;

/** @param place begins messages, with file and line */
export function coverage(region: Region | undefined, place: () => string): Coverage {
  const stretches = new Map<string, Stretch>();
  let current: Stretch | undefined;
  /** The region's chromosome as the file names it. */
  let wanted: string | undefined;
  const enter = (bytes: Uint8Array, position: number): Stretch => {
    const name = new TextDecoder().decode(bytes);
    if (!region && current) {
      throw new UserError(
        `${place()}: expected one chromosome, found "${name}" after "${current.name}"; ` +
          `choose with a region such as ${name}:1-1000000 or ${name}`,
      );
    }
    const known = stretches.get(name) ?? { name, bytes: bytes.slice(), first: position, last: position };
    stretches.set(name, known);
    return known;
  };
  return {
    place(bytes, start, end, position) {
      if (!current || !sameBytes(bytes, start, end, current.bytes)) {
        current = enter(bytes.subarray(start, end), position);
      }
      if (position < current.last) {
        throw new UserError(
          `${place()}: positions decrease, ${current.name}:${position} comes after ${current.last}; ` +
            "sort the file, for example with bcftools sort",
        );
      }
      current.last = position;
      if (!region) return "inside";
      // Chromosomes are together: after the one that is wanted it does not come again.
      if (!sameContig(current.name, region.contig)) return wanted === undefined ? "outside" : "beyond";
      wanted = current.name;
      if (position > region.end) return "beyond";
      return position < region.start ? "outside" : "inside";
    },
    contig: () => wanted ?? region?.contig ?? current?.name ?? "",
    described() {
      const known = [...stretches.values()];
      const named = known.slice(0, MOST_NAMED).map(({ name, first, last }) =>
        formatRegion({ contig: name, start: first, end: last })
      );
      return named.join(", ") + (known.length > MOST_NAMED ? ", ..." : "");
    },
  };
}
