import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { freemem } from "node:os";
import process from "node:process";
import {
  type AsyncCFunction,
  type CFunction,
  type CType,
  type Library,
  type Pointer,
  type Runtime,
  RuntimeMissing,
  type Signature,
  type Signatures,
} from "./runtime.ts";

/** A C function of koffi; `async` runs it on another thread. */
interface KoffiFunction {
  (...args: unknown[]): unknown;
  async(...args: [...unknown[], (error: Error | null, result: unknown) => void]): void;
}

interface KoffiLibrary {
  func(name: string, result: string, parameters: string[]): KoffiFunction;
  unload(): void;
}

interface StackSizes {
  sync_stack_size: number;
  async_stack_size: number;
}

/** What is used here of the npm package koffi, whose pointers are bigints. */
interface Koffi {
  config(): StackSizes;
  config(sizes: StackSizes): void;
  load(path: string, options: { lazy: boolean }): KoffiLibrary;
  proto(result: string, parameters: string[]): object;
  decode(pointer: bigint, type: object): KoffiFunction;
  decode(pointer: bigint, type: "uint8_t", length: number): Uint8Array<ArrayBuffer>;
  address(array: ArrayBufferView<ArrayBuffer>): bigint;
}

/** Koffi gives C functions stacks of its own: 128 KiB on other threads, where XLA's compiler needs what threads have. */
const STACK_BYTES = 8 * 2 ** 20;

let loaded: Koffi | undefined;

/** Koffi, which only Node needs: it is looked for at the first use. */
function koffi(): Koffi {
  if (loaded) return loaded;
  try {
    loaded = createRequire(import.meta.url)("koffi") as Koffi;
  } catch (error) {
    throw new RuntimeMissing("in Node, @spin/xla needs the npm package koffi: npm install koffi", {
      cause: error,
    });
  }
  const { sync_stack_size, async_stack_size } = loaded.config();
  if (Math.min(sync_stack_size, async_stack_size) < STACK_BYTES) {
    loaded.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
  }
  return loaded;
}

const TYPES: Record<CType, string> = {
  void: "void",
  i32: "int32_t",
  u32: "uint32_t",
  u64: "uint64_t",
  usize: "size_t",
  pointer: "void *",
  buffer: "void *",
};

const namesOf = ({ parameters }: Signature): string[] => parameters.map((type) => TYPES[type]);

const asKoffis = (pointer: Pointer): bigint => pointer as unknown as bigint;

const bind = (pointer: Pointer, signature: Signature): KoffiFunction =>
  koffi().decode(asKoffis(pointer), koffi().proto(TYPES[signature.result], namesOf(signature)));

/** Koffi unloads a library that the garbage collector finds, though addresses in it may be in use. */
const open = new Set<KoffiLibrary>();

/** The foreign functions of koffi. */
export const node: Runtime = {
  openLibrary<S extends Signatures>(path: string, signatures: S): Library<S> {
    const library = koffi().load(path, { lazy: true });
    open.add(library);
    const symbols = Object.entries(signatures).map(([name, signature]) => [
      name,
      library.func(name, TYPES[signature.result], namesOf(signature)),
    ]);
    const close = () => {
      open.delete(library);
      library.unload();
    };
    return { symbols: Object.fromEntries(symbols), close };
  },
  functionAt: <S extends Signature>(pointer: Pointer, signature: S) =>
    bind(pointer, signature) as unknown as CFunction<S>,
  asyncFunctionAt<S extends Signature>(pointer: Pointer, signature: S) {
    const fn = bind(pointer, signature);
    const call = (...args: unknown[]) =>
      new Promise((resolve, reject) =>
        fn.async(...args, (error, result) => error ? reject(error) : resolve(result))
      );
    return call as AsyncCFunction<S>;
  },
  pointerAt: (address) => address === 0n ? null : address as unknown as Pointer,
  addressIn: asKoffis,
  addressOf: (array) => array.byteLength === 0 ? 0n : koffi().address(array),
  readInto: (array, from) => array.set(koffi().decode(asKoffis(from), "uint8_t", array.length)),
  get target() {
    return targetOf(process.platform, process.arch);
  },
  // On Linux freemem counts what the system would give back; swap it doesn't.
  freeMemory: () => freemem() + freeSwap(),
  atExit: (run) => process.on("exit", run),
};

const ARCHITECTURES: Record<string, string> = { x64: "x86_64", arm64: "aarch64" };
const SYSTEMS: Record<string, string> = {
  linux: "unknown-linux-gnu",
  darwin: "apple-darwin",
  win32: "pc-windows-msvc",
};

const targetOf = (platform: string, arch: string): string =>
  `${ARCHITECTURES[arch] ?? arch}-${SYSTEMS[platform] ?? platform}`;

function freeSwap(): number {
  try {
    return 1024 * Number(/^SwapFree: +(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
