import { deepEqual, equal, match, throws } from "node:assert/strict";
import { type Command, helpText, numberValue, parseArguments } from "./main.ts";

const COMMAND = {
  name: "draw",
  summary: "Draws.",
  positional: { name: "FILE", help: "the file to draw", least: 1, most: 1 },
  options: {
    set: { type: "string", multiple: true, value: "NAME=VALUE", help: "a setting" },
    out: { type: "string", value: "PATH", help: "where to" },
    fresh: { type: "boolean", help: "draw anew" },
  },
  examples: ["draw a.csv"],
} as const satisfies Command;

const parse = (...words: string[]) => parseArguments(COMMAND, words);

Deno.test("options and other words are told apart, and repeated options gathered", () => {
  const { values, positionals } = parse("a.csv", "--set", "x=1", "--fresh", "--set=y=2")!;
  deepEqual({ ...values }, { set: ["x=1", "y=2"], fresh: true });
  deepEqual(positionals, ["a.csv"]);
});

Deno.test("two dashes in front, which some runners want, change nothing", () => {
  deepEqual(parse("--", "a.csv", "--fresh")!.values.fresh, true);
});

Deno.test("an unknown option is reported with the nearest known ones", () => {
  throws(
    () => parse("a.csv", "--fersh"),
    /^UserError: task draw: unknown option "--fersh"; known: --fresh,.*--help$/,
  );
});

Deno.test("a missing and an unwanted value are reported with the option's form", () => {
  throws(() => parse("a.csv", "--out"), /^UserError: task draw: the option --out needs a value: --out PATH/);
  throws(() => parse("a.csv", "--out", "--fresh"), /--out needs a value/);
  throws(() => parse("a.csv", "--fresh=yes"), /--fresh takes no value/);
});

Deno.test("too few and too many words are reported", () => {
  throws(() => parse(), /^UserError: task draw needs FILE: the file to draw$/);
  throws(() => parse("a.csv", "b.csv"), /^UserError: task draw takes one FILE, but found also "b\.csv"$/);
  throws(
    () => parseArguments({ name: "x", summary: "", options: {} }, ["y"]),
    /takes options only, but found "y"/,
  );
});

Deno.test("help wins over what else is wrong with the words, and names every option", () => {
  equal(parse("--help"), undefined);
  const help = helpText(COMMAND);
  for (const part of ["FILE", "--set NAME=VALUE", "--out PATH", "--fresh", "--help"]) {
    equal(help.includes(part), true);
  }
  match(help, /^usage: npx -y deno@[\d.]+ task draw FILE \[options\]\n/);
});

Deno.test("numbers are checked", () => {
  equal(numberValue(undefined, "--steps"), undefined);
  equal(numberValue("12", "--steps", { whole: true, least: 1 }), 12);
  throws(
    () => numberValue("1.5", "--steps", { whole: true, least: 1 }),
    /--steps: expected a whole number of 1 or more, found "1\.5"/,
  );
  throws(() => numberValue("0", "--steps", { least: 1 }), /a number of 1 or more, found "0"/);
  throws(() => numberValue("", "--rate"), /expected a number, found ""/);
});
