import { UserError } from "../../errors.ts";
import { unknown } from "../nearest.ts";

/**
 * Where samples are among those of a file, in the order in which they are asked for.
 *
 * @param source the file's name, for messages
 * @throws UserError for none, a name that is not there, and one that is asked for twice.
 */
export function sampleIndices(
  samples: readonly string[],
  wanted: readonly string[],
  source: string,
): Int32Array {
  if (wanted.length === 0) throw new UserError(`${source}: expected at least one sample to read, found none`);
  const places = new Map(samples.map((name, i) => [name, i]));
  const seen = new Set<string>();
  return Int32Array.from(wanted, (name) => {
    const place = places.get(name);
    if (place === undefined) throw new UserError(`${source}: no sample ${unknown(name, samples)}`);
    if (seen.has(name)) throw new UserError(`${source}: sample "${name}" is asked for twice`);
    seen.add(name);
    return place;
  });
}
