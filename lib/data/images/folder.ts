import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { reasonOf } from "../../files.ts";
import { CACHE } from "../../paths.ts";
import { readBytes, sha256 } from "../read.ts";
import { storedTensors, storeTensors } from "../safetensors.ts";
import { type DecodedImage, IMAGE_NAME, imageDecoder, type ImageSize } from "./decode.ts";
import type { ImageParts, ImageSet } from "./image_set.ts";

export interface ImageOptions {
  /** To what every image is made; if it is not given, all must have one size already. */
  size?: ImageSize;
  /** 1: grey by luminance, (299 R + 587 G + 114 B) / 1000; 3: red, green and blue. */
  channels: 1 | 3;
  /** Where decoded sets are kept; data/cache/images of this workspace unless given. It can be emptied at any time. */
  cache?: string;
}

/** Changes when the same files would give other numbers. */
const FORMAT = "1";
const LONGEST_SIDE = 4096;
const MOST_BYTES = 2 ** 33;

/**
 * All images of a folder and the folders in it, sorted by name; how they are decoded and resized is told in decode.ts.
 * The decoded set is kept in one file, made again when a name, a file's size or time, or the wanted size changes.
 *
 * @throws UserError for a folder that is absent or without images, an image that is broken, sizes that differ where none
 *   is asked for, or a size that is none.
 */
export async function loadImages(folder: string, options: ImageOptions): Promise<ImageSet> {
  checkSize(options.size);
  return await loadNamed(folder, await listImages(folder), options);
}

/** As loadImages, of the files with these names in a folder, in their order. */
async function loadNamed(folder: string, names: readonly string[], options: ImageOptions): Promise<ImageSet> {
  checkSize(options.size);
  const { cache = join(CACHE, "images") } = options;
  const key = keyOf(folder, names, options);
  const path = join(cache, `${key}.safetensors`);
  const stored = (await storedTensors(path, key))?.tensors.get("values");
  if (stored?.dtype === "U8") {
    const [count, height, width, channels] = stored.shape as [number, number, number, number];
    return { count, height, width, channels, values: stored.data, white: 255, names: [...names] };
  }
  const made = await decodeAll(folder, names, options);
  const { count, height, width, channels, values } = made;
  await Deno.mkdir(cache, { recursive: true });
  const shape = [count, height, width, channels];
  await storeTensors(path, key, new Map([["values", { dtype: "U8", shape, data: values }]]));
  return { ...made, names: [...names] };
}

function checkSize(size: ImageSize | undefined): void {
  const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= LONGEST_SIDE;
  if (size !== undefined && !(size.length === 2 && size.every(isSide))) {
    throw new UserError(
      `image size: expected height and width, whole numbers from 1 to ${LONGEST_SIDE}, found ` +
        `[${size.join(", ")}]`,
    );
  }
}

function keyOf(folder: string, names: readonly string[], { size, channels }: ImageOptions): string {
  const files: [string, number, number | undefined][] = [];
  for (const name of names) {
    // One after another: waiting for each of 200,000 files would take most of the time.
    const { size, mtime } = Deno.statSync(join(folder, name));
    files.push([name, size, mtime?.getTime()]);
  }
  return sha256(JSON.stringify([FORMAT, size ?? null, channels, files]));
}

async function decodeAll(
  folder: string,
  names: readonly string[],
  { size, channels }: ImageOptions,
): Promise<ImageSet> {
  const decode = await imageDecoder();
  let set: ImageSet | undefined;
  for (const [index, name] of names.entries()) {
    const file = join(folder, name);
    const image = decode(await readBytes(file, "image"), file, size);
    set ??= emptySet(folder, names.length, image, channels);
    if (image.height !== set.height || image.width !== set.width) {
      throw new UserError(
        `${folder}: expected images of one size unless a size is given, found ${names[0]} of ` +
          `${set.height} x ${set.width} pixels and ${name} of ${image.height} x ${image.width}`,
      );
    }
    const values = channels === 3 ? image.values : grey(image.values);
    set.values.set(values, index * values.length);
  }
  if (!set) throw new UserError(`${folder}: expected images, found none`);
  return set;
}

function emptySet(
  folder: string,
  count: number,
  { height, width }: DecodedImage,
  channels: number,
): ImageSet {
  const bytes = count * height * width * channels;
  if (bytes > MOST_BYTES) {
    throw new UserError(
      `${folder}: expected at most ${MOST_BYTES / 2 ** 30} GB of pixels, found ${count} images of ` +
        `${height} x ${width}; choose a smaller size`,
    );
  }
  return { count, height, width, channels, values: new Uint8Array(bytes), white: 255 };
}

const grey = (rgb: Uint8Array): Uint8Array =>
  Uint8Array.from(
    { length: rgb.length / 3 },
    (_, i) => Math.round((299 * rgb[3 * i]! + 587 * rgb[3 * i + 1]! + 114 * rgb[3 * i + 2]!) / 1000),
  );

/**
 * The images in a folder and the folders in it, as paths from there, in the order of their code units. Files of other
 * kinds and hidden ones are left out; links are followed.
 */
async function listImages(folder: string): Promise<string[]> {
  await checkFolder(folder);
  const found: string[] = [];
  let others = 0;
  const visit = async (below: string, above: readonly string[]): Promise<void> => {
    const real = await Deno.realPath(join(folder, below));
    // A link to a folder that holds it would never end.
    if (above.includes(real)) return;
    for await (const entry of Deno.readDir(real)) {
      if (entry.name.startsWith(".")) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const { isDirectory } = entry.isSymlink ? await Deno.stat(join(folder, path)) : entry;
      if (isDirectory) await visit(path, [...above, real]);
      else if (IMAGE_NAME.test(entry.name)) found.push(path);
      else others++;
    }
  };
  try {
    await visit("", []);
  } catch (error) {
    throw new UserError(`${folder}: cannot read this folder of images: ${reasonOf(error)}`);
  }
  if (found.length === 0) {
    throw new UserError(
      `${folder}: expected images (png, jpg, webp, gif, bmp, tiff), found ${others} files of other kinds`,
    );
  }
  return found.sort((a, b) => a < b ? -1 : 1);
}

async function checkFolder(folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch(() => undefined);
  if (!info) throw new UserError(`${folder}: no such folder of images`);
  if (!info.isDirectory) throw new UserError(`${folder}: expected a folder of images, found a file`);
}

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
  const absent = [...partitions.keys()].filter((name) => !present.has(name));
  refuse(absent, `listed in ${list} but not in ${images}`);
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

/** CelebA's partitions, 0 to 2, by image, from lines such as `000001.jpg 0`; commas and a header will do. */
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
