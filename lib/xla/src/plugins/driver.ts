import { type Library, runtime } from "../runtime/mod.ts";

/** What NVIDIA's driver says of itself, asked through its own library; no GPU is used for it. */
export interface Driver {
  /** The newest CUDA that it runs, as major and minor, such as [13, 0]; undefined without a driver. */
  cuda?: [number, number];
  /** How many GPUs it has. */
  gpus: number;
  /** Why there is no GPU to use, in a few words; empty if there is one. */
  reason: string;
}

const SYMBOLS = {
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
} as const;

/** Asks the driver. It does not throw: a machine without a driver is an answer. */
export function probeDriver(library = "libcuda.so.1"): Driver {
  let driver: Library<typeof SYMBOLS>;
  try {
    driver = runtime.openLibrary(library, SYMBOLS);
  } catch {
    return { gpus: 0, reason: `no NVIDIA driver was found (${library})` };
  }
  try {
    const { cuDriverGetVersion, cuInit, cuDeviceGetCount } = driver.symbols;
    const out = new Int32Array(1);
    if (cuDriverGetVersion(out) !== 0) {
      return { gpus: 0, reason: "the NVIDIA driver does not tell its version" };
    }
    const cuda = splitVersion(out[0]!);
    const failure = cuInit(0);
    if (failure !== 0) {
      return { cuda, gpus: 0, reason: `the NVIDIA driver does not start (error ${failure})` };
    }
    if (cuDeviceGetCount(out) !== 0 || out[0]! < 1) {
      return { cuda, gpus: 0, reason: "the NVIDIA driver has no GPU" };
    }
    return { cuda, gpus: out[0]!, reason: "" };
  } finally {
    driver.close();
  }
}

/** CUDA's way to write a version: 13020 is 13.2. */
export const splitVersion = (number: number): [number, number] => [
  Math.floor(number / 1000),
  Math.floor(number % 1000 / 10),
];
