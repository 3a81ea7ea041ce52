import { deepEqual, equal, rejects } from "node:assert/strict";
import { type ImageOptions, loadImages } from "./folder.ts";
import { pixelsOf } from "./image_set.ts";
import { inFolder, writeImage } from "./support_test.ts";

const plain = (...colour: number[]) => () => colour;

/** Images in `images` with these options, decoded sets in `cache`. */
const load = (folder: string, options: Partial<ImageOptions> = {}) =>
  loadImages(`${folder}/images`, { channels: 3, cache: `${folder}/cache`, ...options });

async function write(
  folder: string,
  name: string,
  size: readonly [number, number],
  colour = plain(10, 20, 30),
) {
  await Deno.mkdir(`${folder}/images/deep`, { recursive: true });
  await writeImage(`${folder}/images/${name}`, size, colour);
}

inFolder("images of a folder and those below are sorted by name, others are left out", async (folder) => {
  await write(folder, "b.png", [2, 3], plain(0, 0, 255));
  await write(folder, "deep/a.png", [2, 3], plain(255, 0, 0));
  await write(folder, "B.png", [2, 3], plain(0, 255, 0));
  await write(folder, ".hidden.png", [5, 5]);
  await Deno.rename(`${folder}/images/B.png`, `${folder}/images/B.PNG`);
  await Deno.writeTextFile(`${folder}/images/notes.txt`, "none");
  await Deno.symlink(`${folder}/images`, `${folder}/images/deep/up`);
  const set = await load(folder);
  deepEqual(set.names, ["B.PNG", "b.png", "deep/a.png"]);
  const { count, height, width, channels, white } = set;
  deepEqual([count, height, width, channels, white], [3, 2, 3, 3, 255]);
  deepEqual([...pixelsOf(set, [2, 0])].slice(0, 3), [1, 0, 0]);
  deepEqual([...pixelsOf(set, [2, 0])].slice(18, 21), [0, 1, 0]);
});

inFolder("colours become grey by their luminance, and sizes what is asked for", async (folder) => {
  await write(folder, "a.png", [2, 3], plain(255, 0, 0));
  await write(folder, "b.jpg", [40, 20], plain(100, 100, 100));
  await write(folder, "c.png", [4, 3], plain(0, 0, 255));
  const set = await load(folder, { size: [4, 3], channels: 1 });
  deepEqual([set.count, set.height, set.width, set.channels, set.values.length], [3, 4, 3, 1, 36]);
  deepEqual([...set.values], [76, 100, 29].flatMap((value) => Array(12).fill(value)));
});

inFolder("a set is decoded once, and again when a file or the wanted size changes", async (folder) => {
  await write(folder, "a.png", [2, 2]);
  await write(folder, "b.png", [2, 2]);
  /** How many decoded sets there are after another call. */
  const stored = async (options: Partial<ImageOptions> = {}) => {
    const set = await load(folder, options);
    return { set, count: [...Deno.readDirSync(`${folder}/cache`)].length };
  };
  const first = await stored();
  deepEqual(await stored(), { set: first.set, count: 1 });
  equal((await stored({ size: [1, 1] })).count, 2);
  equal((await stored({ channels: 1 })).count, 3);
  await Deno.utime(`${folder}/images/b.png`, 1, 1);
  equal((await stored()).count, 4);
});

inFolder("a stored set that is torn or changed is made again", async (folder) => {
  await write(folder, "a.png", [9, 9]);
  const set = await load(folder);
  const [file] = [...Deno.readDirSync(`${folder}/cache`)];
  const path = `${folder}/cache/${file!.name}`;
  const bytes = await Deno.readFile(path);
  const changed = bytes.slice();
  changed[changed.length - 1]! ^= 1;
  for (
    const content of [changed, bytes.subarray(0, bytes.length - 9), bytes.subarray(0, 20), new Uint8Array()]
  ) {
    await Deno.writeFile(path, content);
    deepEqual(await load(folder), set);
    deepEqual(await Deno.readFile(path), bytes);
  }
});

inFolder("folders without images and images that do not fit are refused by name", async (folder) => {
  await rejects(load(folder), /images: no such folder of images/);
  await Deno.mkdir(`${folder}/images`);
  await rejects(load(folder), /expected images \(png, .*, found 0 files of other kinds/);
  await Deno.writeTextFile(`${folder}/images/notes.txt`, "none");
  await rejects(load(folder), /found 1 files/);
  await rejects(loadImages(`${folder}/images/notes.txt`, { channels: 3 }), /of images, found a file/);
  await write(folder, "a.png", [2, 3]);
  await write(folder, "b.png", [3, 2]);
  await rejects(
    load(folder),
    /one size unless a size is given, found a.png of 2 x 3 pixels and b.png of 3 x 2/,
  );
  for (const size of [[0, 4], [4, 2.5], [1e6, 1], [NaN, 1], [4]]) {
    await rejects(
      load(folder, { size: size as unknown as [number, number] }),
      /image size: expected height and/,
    );
  }
  await Deno.writeTextFile(`${folder}/images/c.png`, "a text");
  await rejects(load(folder, { size: [2, 2] }), /images\/c\.png: expected a PNG, JPEG, /);
  const bytes = await Deno.readFile(`${folder}/images/a.png`);
  await Deno.writeFile(`${folder}/images/c.png`, bytes.subarray(0, bytes.length - 20));
  await rejects(load(folder, { size: [2, 2] }), /images\/c\.png: broken PNG image: /);
  await rejects(Deno.stat(`${folder}/cache`), Deno.errors.NotFound);
});
