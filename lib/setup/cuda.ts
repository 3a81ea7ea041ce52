/** XLA for NVIDIA GPUs: which version is installed, and how. */
import {
  type CudaBundle,
  cudaBundle,
  type CudaVersion,
  type Driver,
  isInstalled,
  probeDriver,
  verifyBundle,
} from "@spin/xla/plugins";
import { UserError } from "../errors.ts";
import { PLUGINS, ROOT, taskCommand } from "../paths.ts";
import { makeBundle } from "./bundle.ts";
import { requireSpace } from "./disk.ts";
import type { Say } from "./step.ts";
import { parseLock, requirePlatform, unpackWheels } from "./wheels.ts";

/** Libraries of 3.8 GiB for CUDA 13 and 4.8 GiB for CUDA 12, and the largest wheel (0.6 GB) beside them. */
const SPACE = 6 * 2 ** 30;

/** The libraries, the programs that XLA starts, and NVIDIA's device library. */
const PATTERNS = ["*.so", "*.so.*", "nvidia/*/bin/*", "*.bc"];

/**
 * The version of CUDA to install.
 *
 * @throws UserError if it is left to the driver and there is none, or one too old
 */
export function chooseVersion(asked: CudaVersion | "auto", driver: Driver): CudaVersion {
  if (asked !== "auto") return asked;
  const choose = `choose one with ${taskCommand("setup --cuda=13")} or --cuda=12`;
  if (!driver.cuda) throw new UserError(`${driver.reason}, so the version of CUDA is not known: ${choose}`);
  const [major, minor] = driver.cuda;
  if (major >= 13) return "13";
  if (major === 12) return "12";
  throw new UserError(
    `the NVIDIA driver runs CUDA ${major}.${minor} at most; expected 12 or later: update the driver`,
  );
}

/**
 * Makes sure that XLA for NVIDIA GPUs is installed.
 *
 * @param repair installs it anew even if it is there
 * @returns a line that names what is installed, and says so if no GPU can be used
 * @throws UserError as `chooseVersion` does, without network or disk space, or for a wrong checksum
 */
export async function ensureCuda(say: Say, asked: CudaVersion | "auto", repair: boolean): Promise<string> {
  const driver = probeDriver();
  const bundle = cudaBundle(chooseVersion(asked, driver), PLUGINS);
  if (repair || !await isInstalled(bundle)) await install(bundle, say);
  else await verifyBundle(bundle);
  const gpu = driver.reason ? `; it can't be used here: ${driver.reason}` : "";
  const [plugin] = lockOf(bundle).pins;
  return `${bundle.name} (${plugin!.package} ${plugin!.version}), checksums verified${gpu}`;
}

const lockOf = ({ wheels }: CudaBundle) => parseLock(`${wheels.join("\n")}\n`);

async function install(bundle: CudaBundle, say: Say): Promise<void> {
  requirePlatform("XLA for CUDA");
  await requireSpace(ROOT, SPACE, bundle.name);
  await makeBundle(bundle, (folder) => unpackWheels(lockOf(bundle), folder, { patterns: PATTERNS }, say));
}
