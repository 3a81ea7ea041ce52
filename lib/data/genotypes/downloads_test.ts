import assert from "node:assert/strict";
import { dirname } from "node:path";
import { UserError } from "../../errors.ts";
import { sha256OfFile } from "../../setup/checksum.ts";
import { DOWNLOADS, locateDownload } from "./downloads.ts";
import { withFile } from "./testing.ts";

const { file, address } = DOWNLOADS["omni-panel"]!;

Deno.test("a file that is absent is asked for with its address and place", async () => {
  await withFile("other", "", async (path) => {
    await assert.rejects(locateDownload("omni-panel", dirname(path)), (error) => {
      assert.ok(error instanceof UserError);
      for (const text of [file, address, dirname(path)]) {
        assert.ok(error.message.includes(text), error.message);
      }
      return true;
    });
  });
  await assert.rejects(locateDownload("omni"), /no download "omni"; known: .*omni-panel/);
});

Deno.test("a file that is there is taken, if it has the digest beside it", async () => {
  await withFile(file, "rs1", async (path) => {
    const locate = () => locateDownload("omni-panel", dirname(path));
    assert.equal(await locate(), path);
    await Deno.writeTextFile(`${path}.sha256`, `${await sha256OfFile(path)}  ${file}\n`);
    assert.equal(await locate(), path);
    await Deno.writeTextFile(path, "rs2");
    await assert.rejects(locate(), /expected SHA-256 [0-9a-f]{64} as in the file beside it, found/);
    await Deno.writeTextFile(`${path}.sha256`, "no");
    await assert.rejects(locate(), /expected 64 hexadecimal digits, found "no"/);
    await Deno.writeTextFile(path, "");
    await assert.rejects(locate(), /found an empty file/);
  });
});
