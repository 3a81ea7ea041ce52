import { UserError } from "../../errors.ts";

/** Parameters of the copying model. */
export interface CopyingOptions {
  /** Effective size of the population: how often the copied haplotype changes; 100,000 by default. */
  ne?: number;
  /** Chance that an allele differs from the copied one; 0.003 by default. */
  mismatch?: number;
  /** Bytes that states may take on the device; 400 MB by default. */
  memory?: number;
}

/** All of them, with defaults. @throws UserError for values that are none. */
export function copyingOptions(options: CopyingOptions): Required<CopyingOptions> {
  const { ne = 1e5, mismatch = 0.003, memory = 4e8 } = options;
  if (!(ne > 0 && Number.isFinite(ne))) {
    throw new UserError(`copying model: expected ne above 0, found ${ne}`);
  }
  if (!(mismatch > 0 && mismatch < 0.5)) {
    throw new UserError(`copying model: expected a mismatch between 0 and 0.5, found ${mismatch}`);
  }
  if (!(memory > 0)) throw new UserError(`copying model: expected memory in bytes above 0, found ${memory}`);
  return { ne, mismatch, memory };
}
