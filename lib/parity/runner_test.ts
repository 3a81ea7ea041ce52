import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { readSafetensors, writeSafetensors } from "../data/safetensors.ts";
import { useEngine } from "../engine/mod.ts";
import { noPlugin } from "../engine/support_test.ts";
import { UserError } from "../errors.ts";
import { type GoldenRow, runGolden } from "./runner.ts";
import { readStored, storedPath } from "./stored.ts";
import { DIR, parityTest } from "./testing.ts";

async function rowsOf(dir: string, only?: string): Promise<GoldenRow[]> {
  await useEngine("cpu");
  return await Array.fromAsync(runGolden(dir, { only }));
}

/** A folder with a plain copy of one case, changed by `spoil`. */
async function spoiled(name: string, spoil: (path: string) => Promise<void>): Promise<GoldenRow> {
  const dir = await Deno.makeTempDir();
  try {
    for (const end of ["json", "safetensors"]) {
      const bytes = await readStored(await storedPath(`${DIR}/${name}.${end}`), "fixture");
      await Deno.writeFile(`${dir}/${name}.${end}`, bytes);
    }
    await spoil(`${dir}/${name}`);
    return (await rowsOf(dir))[0]!;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

parityTest("xla", noPlugin ? "no plugin" : undefined);

Deno.test("a parameter that is a little off fails its case and names tensors", async () => {
  const { status, problems, share } = await spoiled("table_spin", async (path) => {
    const { tensors } = await readSafetensors(`${path}.safetensors`);
    tensors.get("param/enc.0.mab1.ln0.bias")!.data[0]! += 0.01;
    await writeSafetensors(`${path}.safetensors`, tensors);
  });
  equal(status, "fail");
  ok(share > 1);
  ok(problems.some((problem) => /output\/col\/0: differs by/.test(problem)));
});

Deno.test("a case passes plain, in gzip and mixed, and a plain file goes before its gzip form", async () => {
  const gzip = async (path: string) => {
    await Deno.writeFile(`${path}.gz`, gzipSync(await Deno.readFile(path)));
    await Deno.remove(path);
  };
  const forms: [string, (path: string) => Promise<void>][] = [
    ["plain", async () => {}],
    ["description in gzip", (path) => gzip(`${path}.json`)],
    ["tensors in gzip", (path) => gzip(`${path}.safetensors`)],
    ["both forms", (path) => Deno.writeTextFile(`${path}.json.gz`, "not read")],
  ];
  for (const [form, change] of forms) {
    const { name, status, problems } = await spoiled("table_mab_small", change);
    deepEqual([name, status, problems], ["table_mab_small", "pass", []], form);
  }
});

Deno.test("a NaN among the results fails its case", async () => {
  const { status, share } = await spoiled("table_mab_default", async (path) => {
    const { tensors } = await readSafetensors(`${path}.safetensors`);
    tensors.get("input/X")!.data[0] = NaN;
    await writeSafetensors(`${path}.safetensors`, tensors);
  });
  equal(status, "fail");
  ok(Number.isNaN(share));
});

const SPOILT: [string, RegExp, (path: string) => Promise<void>][] = [
  ["a truncated file", /truncated|bytes/, (path) => Deno.truncate(`${path}.safetensors`, 5000)],
  ["no tensors", /no such safetensors file/, (path) => Deno.remove(`${path}.safetensors`)],
  ["no description", /no such description file/, (path) => Deno.remove(`${path}.json`)],
  [
    "damaged gzip data",
    /safetensors\.gz: expected a safetensors file in gzip/,
    (path) => Deno.rename(`${path}.safetensors`, `${path}.safetensors.gz`),
  ],
  ["a description that is not JSON", /expected JSON/, (path) => Deno.writeTextFile(`${path}.json`, "{")],
  [
    "a missing tensor",
    /expected tensor "input\/aug_mask"/,
    async (path) => {
      const { tensors } = await readSafetensors(`${path}.safetensors`);
      tensors.delete("input/aug_mask");
      await writeSafetensors(`${path}.safetensors`, tensors);
    },
  ],
  ["an unknown option", /unknown option model_magic/, edit('"SPIN"', '"model_magic": 1, "SPIN"')],
  [
    "an option of another value",
    /factor_embed_ABD: expected 1, found 2/,
    edit('"factor_embed_ABD": 1.0', '"factor_embed_ABD": 2'),
  ],
  ["an unknown kind of column", /found "text"/, edit('"numerical"', '"text"')],
  [
    "parameters that the model does not have",
    /no place for parameter/,
    edit('"ABLA": true', '"ABLA": false'),
  ],
];

function edit(from: string, to: string): (path: string) => Promise<void> {
  return async (path) => {
    const text = await Deno.readTextFile(`${path}.json`);
    ok(text.includes(from));
    await Deno.writeTextFile(`${path}.json`, text.replace(from, to));
  };
}

for (const [what, message, spoil] of SPOILT) {
  Deno.test(`a case with ${what} fails and says so`, async () => {
    const { status, problems } = await spoiled("table_spin_num", spoil);
    equal(status, "fail");
    match(problems[0]!, message);
  });
}

Deno.test("a family that is not implemented is reported as such, not as passed", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/unheard_of.json`, "{}");
  equal((await rowsOf(dir))[0]!.status, "unsupported");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a folder without cases is an error", async () => {
  await rejects(rowsOf(`${DIR}/nowhere`), UserError);
  await rejects(rowsOf(DIR, "no such case"), /with "no such case" in their names, found none/);
});
