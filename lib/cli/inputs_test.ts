import { equal, notEqual } from "node:assert/strict";
import { code, notebook, prose } from "../notebook/support_test.ts";
import { inputsHash, workspaceHash } from "./reproduce_notebook.ts";

Deno.test("outputs are not inputs, text and code and the workspace are", () => {
  const hash = inputsHash(notebook(prose("a"), code("1;")), "workspace");
  equal(inputsHash(notebook(prose("a"), code("1;", { shown: "1" })), "workspace"), hash);
  notEqual(inputsHash(notebook(prose("a"), code("2;")), "workspace"), hash);
  notEqual(inputsHash(notebook(prose("b"), code("1;")), "workspace"), hash);
  notEqual(inputsHash(notebook(prose("a"), code("1;")), "another"), hash);
});

Deno.test("the workspace's fingerprint depends on the engine asked for", async () => {
  const before = Deno.env.get("SPIN_ENGINE");
  try {
    Deno.env.set("SPIN_ENGINE", "cpu");
    const hash = await workspaceHash();
    Deno.env.set("SPIN_ENGINE", "wasm");
    notEqual(await workspaceHash(), hash);
  } finally {
    if (before === undefined) Deno.env.delete("SPIN_ENGINE");
    else Deno.env.set("SPIN_ENGINE", before);
  }
});
