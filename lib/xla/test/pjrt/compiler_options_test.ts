import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import {
  addFlags,
  compilerOptions,
  describeCompilerOptions,
  encodeOptions,
} from "../../src/pjrt/compiler_options.ts";

/** Runs `use` with XLA_FLAGS as given. */
function withFlags<T>(flags: string, use: () => T): T {
  const before = Deno.env.get("XLA_FLAGS");
  Deno.env.set("XLA_FLAGS", flags);
  try {
    return use();
  } finally {
    if (before === undefined) Deno.env.delete("XLA_FLAGS");
    else Deno.env.set("XLA_FLAGS", before);
  }
}

Deno.test("options depend on the platform and the program alone", () => {
  withFlags("", () => {
    const text = "module @program {}";
    equal(compilerOptions("cpu", { text })["xla_backend_optimization_level"], 1);
    equal(compilerOptions("cpu", { text, quickly: true })["xla_backend_optimization_level"], 0);
    equal("xla_disable_hlo_passes" in compilerOptions("cpu", { text }), true);
    equal("xla_disable_hlo_passes" in compilerOptions("cpu", { text: "stablehlo.while" }), false);
    equal(compilerOptions("cuda", { text })["xla_gpu_autotune_level"], 0);
    deepEqual(compilerOptions("tpu", { text }), {});
  });
});

Deno.test("what XLA_FLAGS names is left to it, and is told", () => {
  withFlags("--xla_backend_optimization_level=3", () => {
    equal("xla_backend_optimization_level" in compilerOptions("cpu", { text: "" }), false);
    match(
      describeCompilerOptions("cpu"),
      /^xla_cpu_use_fusion_emitters=false .* xla_backend_optimization_level=3$/,
    );
  });
  const added = withFlags("--xla_dump_to=x", () => {
    addFlags();
    addFlags();
    return Deno.env.get("XLA_FLAGS")!;
  });
  equal(added.match(/xla_backend_extra_options/g)?.length, 1);
  match(added, /^--xla_dump_to=x /);
  const kept = withFlags("--xla_backend_extra_options=a=b", () => {
    addFlags();
    return Deno.env.get("XLA_FLAGS")!;
  });
  doesNotMatch(kept, /unrolling/);
});

Deno.test("options are entries of a serialised message: a name, and a bool, an integer or a text", () => {
  const entry = (name: string, value: number[]) => [
    0x3a,
    name.length + 4 + value.length,
    0x0a,
    name.length,
    ...new TextEncoder().encode(name),
    0x12,
    value.length,
    ...value,
  ];
  deepEqual(encodeOptions({ a: true }), entry("a", [0x10, 1]));
  deepEqual(encodeOptions({ b: 300 }), entry("b", [0x18, 0xac, 0x02]));
  deepEqual(encodeOptions({ a: false, c: "xy" }), [
    ...entry("a", [0x10, 0]),
    ...entry("c", [0x0a, 2, 0x78, 0x79]),
  ]);
});
