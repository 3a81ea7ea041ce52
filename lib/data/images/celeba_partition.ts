import { UserError } from "../../errors.ts";
import { readBytes } from "../read.ts";

const HEADER = "image_id,partition";
const LINE = /^(\S+?)[\s,]+([012])$/;

/**
 * CelebA's partition of every image, from lines such as `000001.jpg 0`; commas and a header are accepted too.
 *
 * @returns 0, 1 or 2 by name
 * @throws UserError with the line for anything else and for a name that is listed twice; if there is no such file.
 */
export async function readPartition(file: string): Promise<Map<string, number>> {
  const text = new TextDecoder().decode(await readBytes(file, "partition"));
  const partitions = new Map<string, number>();
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || (index === 0 && line === HEADER)) return;
    const [, name, partition] = LINE.exec(line) ?? [];
    const fail = (problem: string) => new UserError(`${file}, line ${index + 1}: ${problem}`);
    if (name === undefined) {
      throw fail(`expected an image and its partition, such as "000001.jpg 0", found "${line.slice(0, 60)}"`);
    }
    if (partitions.has(name)) throw fail(`${name} is listed twice`);
    partitions.set(name, Number(partition));
  });
  return partitions;
}
