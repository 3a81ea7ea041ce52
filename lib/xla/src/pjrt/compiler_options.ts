import process from "node:process";
import { utf8 } from "./struct.ts";

/** Options of XLA's compiler by name: fields of its DebugOptions. */
export type CompilerOptions = Readonly<Record<string, boolean | number | string>>;

/**
 * For the CPU. Without its fusion emitters and at LLVM's first level, programs of this size take a third of the time to
 * compile and run no slower.
 */
const CPU: CompilerOptions = {
  xla_backend_optimization_level: 1,
  xla_cpu_use_fusion_emitters: false,
};

/**
 * A sum of many terms stays one loop, instead of being cut into windows of 32 that are a kernel each. Programs that have
 * loops of their own keep the windows: such programs are there to save memory, and without windows the terms may be stored.
 */
const WHOLE_SUMS: CompilerOptions = { xla_disable_hlo_passes: "tree_reduction_rewriter" };

/**
 * What plugins only take from XLA_FLAGS: loops are not unrolled, which halves the code that LLVM has to work on. Vectors
 * stay. Other devices' compilers do not know the option and ignore it.
 */
const EXTRA = "xla_backend_extra_options";
const FLAGS = `--${EXTRA}=xla_cpu_disable_loop_unrolling=true`;

/** Adds to XLA_FLAGS, which a plugin reads when it is first used, unless options of this kind are named there. */
export function addFlags(): void {
  const flags = process.env.XLA_FLAGS ?? "";
  if (!flags.includes(EXTRA)) process.env.XLA_FLAGS = `${flags} ${FLAGS}`.trim();
}

/** For small programs on the CPU that run once or twice: the compiler should be done soon, rather than the program. */
const QUICK: CompilerOptions = { xla_backend_optimization_level: 0 };

/**
 * For NVIDIA GPUs: matrix products by cuBLAS as it comes. To try every way of computing each of them took 90 s for one
 * training step of CIPNP on an H200; without it all programs of such a training take 7 s.
 */
const CUDA: CompilerOptions = { xla_gpu_autotune_level: 0, xla_gpu_enable_triton_gemm: false };

/** What of a program decides how it is compiled. */
export interface Compilable {
  readonly text: string;
  readonly quickly?: boolean;
}

/**
 * The options that a program is compiled with, by the platform and the program alone, never by the clock. Those that
 * XLA_FLAGS names are left to it.
 */
export function compilerOptions(platform: string, { text, quickly }: Compilable): CompilerOptions {
  const forCpu = { ...CPU, ...quickly && QUICK, ...!text.includes("stablehlo.while") && WHOLE_SUMS };
  const options: CompilerOptions = platform === "cpu" ? forCpu : platform === "cuda" ? CUDA : {};
  const flags = process.env.XLA_FLAGS ?? "";
  return Object.fromEntries(Object.entries(options).filter(([name]) => !flags.includes(name)));
}

/** The options as text, XLA_FLAGS included, for records (those of an ordinary program) and for the names of stored programs. */
export function describeCompilerOptions(platform: string, program: Compilable = { text: "" }): string {
  const own = Object.entries(compilerOptions(platform, program)).map(([name, value]) => `${name}=${value}`);
  const flags = (process.env.XLA_FLAGS ?? "").split(/\s+/).filter((flag) => flag !== "");
  return [...own, ...flags.map((flag) => flag.replace(/^--/, ""))].join(" ");
}

/** A field of a serialised message that holds bytes. */
const bytes = (field: number, content: readonly number[]): number[] => [
  field << 3 | 2,
  ...varint(content.length),
  ...content,
];

function varint(value: number): number[] {
  const last = value & 0x7f;
  return value < 0x80 ? [last] : [last | 0x80, ...varint(value >>> 7)];
}

/** Entries of env_option_overrides (7): a name (1), and a value (2) with a text (1), a bool (2) or an integer (3) in it. */
export function encodeOptions(options: CompilerOptions): number[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const given = typeof value === "string"
      ? bytes(1, [...utf8(value)])
      : [typeof value === "boolean" ? 0x10 : 0x18, ...varint(Number(value))];
    return bytes(7, [...bytes(1, [...utf8(name)]), ...bytes(2, given)]);
  });
}
