import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { readBytes } from "../read.ts";
import { type ImageOptions, listImages, loadNamed } from "./folder.ts";
import type { ImageParts } from "./image_set.ts";

/** Kaggle's archive holds the folder in a folder of its own name. */
const IMAGE_FOLDERS = ["img_align_celeba/img_align_celeba", "img_align_celeba"];
const LISTS = ["list_eval_partition.txt", "list_eval_partition.csv"];
const LAYOUT = (folder: string) =>
  `put the images of CelebA's img_align_celeba.zip at ` +
  `${join(folder, "img_align_celeba", "000001.jpg")} and so on, ` +
  `and its list of partitions at ${join(folder, LISTS[0]!)}`;

/**
 * CelebA as in the reference: aligned images of 178 x 218 pixels made to 64 x 64 without cropping, in colour. Partitions 0
 * and 1 are for training, 2 is for evaluation. Nothing is downloaded: its terms ask everyone to fetch it for themselves.
 *
 * @param folder holds img_align_celeba/*.jpg and list_eval_partition.txt (or .csv)
 * @throws UserError saying what to put where if one is missing; for images that are listed but absent, present but not
 *   listed, or broken, and for a list with other lines.
 */
export async function loadCelebA(
  folder: string,
  { size = [64, 64], ...options }: Omit<ImageOptions, "channels"> = {},
): Promise<ImageParts> {
  const list = await firstOf(folder, LISTS, "isFile");
  const images = await firstOf(folder, IMAGE_FOLDERS, "isDirectory");
  if (!list) throw new UserError(`${folder}: no ${LISTS.join(" or ")}; ${LAYOUT(folder)}`);
  if (!images) throw new UserError(`${folder}: no folder img_align_celeba; ${LAYOUT(folder)}`);
  const partitions = await readPartition(list);
  const names = await listImages(images);
  const present = new Set(names);
  refuse(
    [...partitions.keys()].filter((name) => !present.has(name)),
    `listed in ${list} but not in ${images}`,
  );
  refuse(names.filter((name) => !partitions.has(name)), `in ${images} but not listed in ${list}`);
  const evaluation = names.filter((name) => partitions.get(name) === 2);
  const train = names.filter((name) => partitions.get(name) !== 2);
  if (train.length === 0 || evaluation.length === 0) {
    throw new UserError(
      `${list}: expected images of partitions 0 or 1 and of partition 2, found ${train.length} and ${evaluation.length}`,
    );
  }
  const load = (chosen: string[]) => loadNamed(images, chosen, { ...options, size, channels: 3 });
  return { train: await load(train), evaluation: await load(evaluation) };
}

async function firstOf(folder: string, paths: readonly string[], kind: "isFile" | "isDirectory") {
  for (const path of paths) {
    const info = await Deno.stat(join(folder, path)).catch(() => undefined);
    if (info?.[kind]) return join(folder, path);
  }
}

function refuse(names: readonly string[], problem: string): void {
  if (names.length === 0) return;
  const more = names.length > 3 ? " ..." : "";
  throw new UserError(
    `${names.length} of CelebA's images: ${names.slice(0, 3).join(", ")}${more} ${problem}`,
  );
}

const HEADER = "image_id,partition";
const LINE = /^(\S+?)[\s,]+([012])$/;

/**
 * CelebA's partition of every image, from lines such as `000001.jpg 0`; commas and a header are accepted too.
 *
 * @returns 0, 1 or 2 by name
 * @throws UserError with the line for anything else and for a name that is listed twice; if there is no such file.
 */
async function readPartition(file: string): Promise<Map<string, number>> {
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
