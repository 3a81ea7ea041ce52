import { deepEqual, rejects } from "node:assert/strict";
import { loadCelebA } from "./folder.ts";
import { inFolder, writeImage } from "./support_test.ts";

const LIST = "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n000004.jpg 0\n";

async function writeSet(
  folder: string,
  list = LIST,
  images = "img_align_celeba",
  name = "list_eval_partition.txt",
) {
  await Deno.mkdir(`${folder}/${images}`, { recursive: true });
  for (const number of [1, 2, 3, 4]) {
    await writeImage(`${folder}/${images}/00000${number}.jpg`, [22, 18], () => [50 * number, 0, 0]);
  }
  await Deno.writeTextFile(`${folder}/${name}`, list);
}

const load = (folder: string) => loadCelebA(folder, { cache: `${folder}/cache`, size: [4, 4] });

inFolder(
  "partitions 0 and 1 are for training, 2 is for evaluation, and images are 64 x 64",
  async (folder) => {
    await writeSet(folder);
    const { train, evaluation } = await loadCelebA(folder, { cache: `${folder}/cache` });
    deepEqual(train.names, ["000001.jpg", "000002.jpg", "000004.jpg"]);
    deepEqual(evaluation.names, ["000003.jpg"]);
    const { count, height, width, channels, values } = train;
    deepEqual([count, height, width, channels, values.length], [3, 64, 64, 3, 3 * 64 * 64 * 3]);
  },
);

inFolder("the list can be a CSV file, and the images in a folder of their folder", async (folder) => {
  const list = "image_id,partition\r\n000001.jpg,0\r\n000002.jpg,2\r\n000003.jpg,2\r\n000004.jpg,2\r\n";
  await writeSet(folder, list, "img_align_celeba/img_align_celeba", "list_eval_partition.csv");
  const { train, evaluation } = await load(folder);
  deepEqual([train.names, evaluation.count], [["000001.jpg"], 3]);
});

inFolder("what is missing is named, with the place where it should be", async (folder) => {
  await rejects(
    load(folder),
    /no list_eval_partition\.txt or .*; put the images .* at .*img_align_celeba.000001\.jpg/,
  );
  await Deno.writeTextFile(`${folder}/list_eval_partition.txt`, LIST);
  await rejects(
    load(folder),
    /no folder img_align_celeba; put the images .* partitions at .*partition\.txt$/,
  );
  await writeSet(folder, `${LIST}000005.jpg 1\n`);
  await rejects(load(folder), /1 of CelebA's images: 000005\.jpg listed in .*partition\.txt but not in/);
  await writeSet(folder, "000004.jpg 0\n000003.jpg 2");
  await rejects(load(folder), /2 of CelebA's images: 000001\.jpg, 000002\.jpg in .*celeba but not listed in/);
});

inFolder("other lines of the list are refused with their number", async (folder) => {
  await writeSet(folder, "000001.jpg 0\n000002.jpg 3\n");
  await rejects(load(folder), /partition\.txt, line 2: expected an image .*, found "000002\.jpg 3"/);
  await writeSet(folder, "000001.jpg 0\n\n000001.jpg 1\n");
  await rejects(load(folder), /line 3: 000001\.jpg is listed twice/);
  await writeSet(folder, LIST.replace("3.jpg 2", "3.jpg 1"));
  await rejects(load(folder), /expected images of partitions 0 or 1 and of partition 2, found 4 and 0/);
});
