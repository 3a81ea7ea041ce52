import { equal, ok } from "node:assert/strict";
import { backendTest, xla } from "../support/backend.ts";
import { emit, type Program } from "../../src/stablehlo/emit.ts";
import { leaf } from "../../src/stablehlo/node.ts";
import { binary } from "../../src/stablehlo/ops.ts";
import { createPrograms, mappingsInUse } from "../../src/backend/programs.ts";

/** A program with so much text that the mappings are looked at before it is compiled. */
function longProgram(length: number): Program {
  const x = leaf({ shape: [length], element: "f32" }, {});
  const program = emit([binary("multiply", x, x)]);
  return { ...program, text: `${program.text}\n// ${"-".repeat(100_000)}\n` };
}

backendTest("programs that nobody uses are kept, but not in a process that runs out of mappings", () => {
  let crowding = 0;
  const programs = createPrograms(xla().client, undefined, () => crowding);
  const [first, second] = [longProgram(3), longProgram(5)];
  const compiled = (program: Program) => {
    programs.acquire(program);
    programs.release(program);
    return programs.spent.programs;
  };
  equal(compiled(first), 1);
  equal(compiled(first), 1);
  crowding = 0.9;
  equal(compiled(second), 2);
  equal(compiled(first), 3);
});

backendTest("a program in use stays in a crowded process", () => {
  const programs = createPrograms(xla().client, undefined, () => 0.9);
  const [used, other] = [longProgram(3), longProgram(5)];
  programs.acquire(used);
  programs.acquire(other);
  programs.acquire(used);
  equal(programs.spent.programs, 2);
  for (const program of [used, used, other]) programs.release(program);
});

Deno.test("mappings in use are a share", () => {
  const share = mappingsInUse();
  ok(share >= 0 && share < 1);
  if (Deno.build.os === "linux") ok(share > 0);
});
