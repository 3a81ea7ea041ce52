/** Packs this package for npm: `pack.ts [TARBALL]`. `deno pack` has no word for optional peers, so koffi is added to it. */
import { basename, dirname, join, resolve } from "node:path";

/** Node's foreign functions: nothing else needs them, so that whoever is in Node installs them. */
const PEER = {
  peerDependencies: { koffi: "^3.3.2" },
  peerDependenciesMeta: { koffi: { optional: true } },
};

async function run(program: string, args: string[], cwd: string): Promise<void> {
  const { success } = await new Deno.Command(program, { args, cwd, stdout: "inherit", stderr: "inherit" })
    .spawn().status;
  if (!success) throw new Error(`${program} ${args[0]} failed`);
}

const [named] = Deno.args;
// A task runs in the workspace's folder; a path is typed in the user's own.
const tarball = named === undefined
  ? resolve("results/local/spin-xla.tgz")
  : resolve(Deno.env.get("INIT_CWD") ?? ".", named);
const folder = await Deno.makeTempDir();
try {
  const packed = join(folder, basename(tarball));
  await run(
    Deno.execPath(),
    ["pack", "--quiet", "--allow-dirty", `--output=${packed}`],
    import.meta.dirname!,
  );
  await run("tar", ["xzf", packed], folder);
  const manifest = join(folder, "package", "package.json");
  const contents = { ...JSON.parse(await Deno.readTextFile(manifest)), ...PEER };
  await Deno.writeTextFile(manifest, JSON.stringify(contents, null, 2));
  await Deno.mkdir(dirname(tarball), { recursive: true });
  await run("tar", ["czf", tarball, "package"], folder);
  console.log(`wrote ${tarball}`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
