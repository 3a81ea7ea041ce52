/** Prints, as JSON, the folders of the npm packages named by its arguments. Runs with the import map that names them. */
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

function folderOf(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  while (!existsSync(join(folder, "package.json"))) {
    if (folder === dirname(folder)) throw new Error(`${name}: expected a folder of it, found none`);
    folder = dirname(folder);
  }
  return folder;
}

console.log(JSON.stringify(Deno.args.map(folderOf)));
