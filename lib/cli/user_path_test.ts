import { equal } from "node:assert/strict";
import { ROOT } from "../paths.ts";
import { userPath } from "./user_path.ts";

Deno.test("a path given to a task is relative to where the task was started", () => {
  equal(userPath("a.csv", ROOT, "/home/someone"), "/home/someone/a.csv");
  equal(userPath("/data/a.csv", ROOT, "/home/someone"), "/data/a.csv");
});

Deno.test("without a task it is relative to the current folder, whatever an outer task says", () => {
  equal(userPath("a.csv", "/usr", "/home/someone"), "/usr/a.csv");
  equal(userPath("a.csv", ROOT, ""), `${ROOT}/a.csv`);
});
