import { UserError } from "../errors.ts";
import { parseSafetensors, type StoredTensor } from "../data/safetensors.ts";
import { readStored, storedPath } from "./stored.ts";

/** A stored tensor of a fixture; only F32 and I32 occur. */
type Fixture = Extract<StoredTensor, { dtype: "F32" | "I32" }>;

export interface Tolerance {
  rtol: number;
  atol: number;
}

/** One parity case: what the reference was given and what it computed. */
export interface GoldenCase {
  name: string;
  /** The description file, see README.md beside the fixtures. */
  spec: Record<string, unknown>;
  tensors: Map<string, Fixture>;
  tolerance: Tolerance;
}

/**
 * Reads `<name>.json` and `<name>.safetensors`, plain or gzip (`.gz`), and checks the second against the first.
 *
 * @throws UserError naming the file and what is missing or different
 */
export async function readCase(dir: string, name: string): Promise<GoldenCase> {
  const path = await storedPath(`${dir}/${name}.json`);
  const spec = await readJson(path);
  const file = await storedPath(`${dir}/${name}.safetensors`);
  const { tensors } = parseSafetensors(await readStored(file, "safetensors"), file);
  const listed = field<Record<string, [string, number[]]>>(spec, "tensors", path);
  for (const [tensor, [, shape]] of Object.entries(listed)) {
    const found = tensors.get(tensor);
    if (!found) throw new UserError(`${file}: expected tensor "${tensor}", found none.`);
    if (found.dtype !== "F32" && found.dtype !== "I32") {
      throw new UserError(`${file}, "${tensor}": expected F32 or I32, found ${found.dtype}.`);
    }
    if (String(found.shape) !== String(shape)) {
      throw new UserError(`${file}, "${tensor}": expected shape [${shape}], found [${found.shape}].`);
    }
  }
  const { rtol, atol } = field<Tolerance>(spec, "tolerance", path);
  if (!(rtol >= 0 && atol >= 0)) throw new UserError(`${path}: expected a tolerance with rtol and atol.`);
  return { name, spec, tensors: tensors as Map<string, Fixture>, tolerance: { rtol, atol } };
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = new TextDecoder().decode(await readStored(path, "description"));
  try {
    const spec = JSON.parse(text);
    if (spec !== null && typeof spec === "object" && !Array.isArray(spec)) return spec;
  } catch (error) {
    throw new UserError(`${path}: expected JSON (${(error as Error).message}).`);
  }
  throw new UserError(`${path}: expected a JSON object.`);
}

/** A field of a case's description. @throws UserError if it is absent */
export function field<T>(spec: Record<string, unknown>, name: string, where: string): T {
  const value = spec[name];
  if (value === undefined || value === null) {
    throw new UserError(`${where}: expected a field "${name}", found none.`);
  }
  return value as T;
}

/** A tensor of a case. @throws UserError if it is absent */
export function fixture(golden: GoldenCase, name: string): Fixture {
  const found = golden.tensors.get(name);
  if (!found) throw new UserError(`${golden.name}: expected tensor "${name}", found none.`);
  return found;
}

/** Names after `prefix` of all tensors that start with it. */
export function namesAfter(golden: GoldenCase, prefix: string): string[] {
  return [...golden.tensors.keys()].filter((name) => name.startsWith(prefix)).map((name) =>
    name.slice(prefix.length)
  );
}
