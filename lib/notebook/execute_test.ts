import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { ROOT } from "../paths.ts";
import { requestStop, resetStop } from "../progress/stop.ts";
import { executeNotebook, type ExecutionOptions, StoppedError } from "./execute.ts";
import type { NotebookCell } from "./format.ts";
import { code, notebook, prose, shownText } from "./support_test.ts";

const OPTIONS: ExecutionOptions = { name: "a.ipynb", folder: ROOT };

const execute = (...cells: NotebookCell[]) => executeNotebook(notebook(...cells), OPTIONS);

Deno.test("every output is kept, in its own cell, also what leaves the kernel after it was idle", async () => {
  const many = "for (let i = 0; i < 10; i++) console.log(i);\n";
  const { cells } = await execute(
    code(many + 'const shown = Deno.jupyter.display({ "text/plain": "shown" }, { raw: true });'),
    code('const timer = setTimeout(() => console.log("late"), 30);'),
    code('console.log("next");'),
  );
  deepEqual(cells.map(shownText), ["0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n\nshown", "late\n", "next\n"]);
});

Deno.test("a failing cell ends the run with its line, and the cells after it do not run", async () => {
  const started: number[] = [];
  const source = notebook(
    prose("# Title"),
    code("const a: number = 1; // fine\n\ninterface B { b: string }\nthrow new TypeError(`a is ${a}`);"),
    code("1;"),
  );
  const onEvent = (event: { event: string; cell?: number }) => {
    if (event.event === "start") started.push(event.cell!);
  };
  await rejects(
    executeNotebook(source, { ...OPTIONS, onEvent }),
    /^UserError: a\.ipynb, cell 2, line 4:\n {4}throw new TypeError\(`a is \$\{a\}`\);\nTypeError: a is 1$/,
  );
  deepEqual(started, [0, 1]);
});

Deno.test("a kernel that dies is reported with the cell and the signal", async () => {
  await rejects(
    execute(code("1;"), code('Deno.kill(Deno.pid, "SIGKILL");\nawait new Promise(() => {});')),
    /^UserError: a\.ipynb, cell 2: the kernel ended while this cell ran \(signal 9/,
  );
});

Deno.test("a request to stop reaches the code of the running cell, and ends the run after it", async () => {
  resetStop();
  const ran: number[] = [];
  const onEvent = (event: { event: string; cell?: number }) => {
    if (event.event !== "start") return;
    ran.push(event.cell!);
    requestStop();
  };
  const polling = 'import { stopRequested } from "./lib/progress/mod.ts";\n' +
    "while (!stopRequested()) await new Promise((resolve) => setTimeout(resolve, 20));";
  try {
    await rejects(
      executeNotebook(notebook(code(polling), code("1;")), { ...OPTIONS, onEvent }),
      (error: Error) => {
        equal(error instanceof StoppedError, true);
        match(error.message, /a\.ipynb: stopped on request in cell 1/);
        return true;
      },
    );
    deepEqual(ran, [0]);
  } finally {
    resetStop();
  }
});
