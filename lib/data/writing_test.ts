import assert from "node:assert/strict";
import { beginsWithNumber, daysOf, isOtherDate, numberAdvice, numberOf, oneForm } from "./writing.ts";

Deno.test("numbers are decimal ones", () => {
  assert.deepEqual(["+.5", "-2.", "1E-3", "007", "1e999"].map(numberOf), [0.5, -2, 0.001, 7, Infinity]);
  for (const text of ["", "0x10", "1_000", "1,5", "x", "NaN"]) assert.ok(Number.isNaN(numberOf(text)), text);
});

Deno.test("numbers that only people read come with how to write them", () => {
  const cases: [string, string][] = [
    ["1,250,000", "1250000"],
    ["1,600.5", "1600.5"],
    ["1.250.000", "1250000"],
    ["1.250,5", "1250.5"],
    ["1'250", "1250"],
    ["1’250.5", "1250.5"],
    ["1 000", "1000"],
    ["1\u00a0000", "1000"],
    ["1\u202f000,5", "1000.5"],
    ["3,14", "3.14"],
    ["75%", "75"],
    ["7,5 %", "7.5"],
    ["$5", "5"],
    ["-$5", "-5"],
    ["$-5", "-5"],
    ["R$ 5", "5"],
    ["$1,200.50", "1200.50"],
    ["0,50 €", "0.50"],
    ["₹10", "10"],
    ["USD 10", "10"],
    ["−3.5", "-3.5"],
    ["\u200b3.5", "3.5"],
    ["１２", "12"],
    ["٣", "3"],
  ];
  for (const [text, plain] of cases) assert.equal(numberAdvice(text), `write such numbers as ${plain}`, text);
  assert.equal(
    numberAdvice("1,000"),
    "write 1000 if the comma groups thousands, 1.000 if it is a decimal comma",
  );
  for (
    const text of [
      "5",
      "1.5",
      "abc",
      "flat 3",
      "5 kg",
      "ABC123",
      "2024-01-01",
      "1/2/2024",
      "10:30",
      "%",
      "1_0",
    ]
  ) {
    assert.equal(numberAdvice(text), undefined, text);
  }
});

Deno.test("dates of ISO 8601 are days since 1970, and others are known for dates", () => {
  assert.equal(daysOf("1970-01-02"), 1);
  assert.equal(daysOf("2024-03-01"), 19783);
  for (
    const text of [
      "2024-03-01T12:00:00Z",
      "2024-03-01 12:00",
      "2024-03-01T14:00:00.000+02:00",
      "2024-03-01T14:00+0200",
    ]
  ) {
    assert.equal(daysOf(text), 19783.5, text);
  }
  for (const text of ["2024-02-30", "2024-13-01", "2024-3-1", "1/2/2024", "20240301"]) {
    assert.ok(Number.isNaN(daysOf(text)), text);
  }
  for (
    const text of [
      "1/2/2024",
      "31.12.24",
      "1 Jan 2024",
      "Jan 1, 2024",
      "2024-3-1",
      "10:30",
      "9:05 pm",
      "2024-01",
    ]
  ) {
    assert.ok(isOtherDate(text), text);
  }
  for (const text of ["1.5", "10-20", "1/2", "Room 12"]) assert.ok(!isOtherDate(text), text);
});

Deno.test("names are in one form, and texts that begin with a number are known", () => {
  assert.equal(oneForm("cafe\u0301\u200b"), "caf\u00e9");
  for (const text of ["5 kg", "3/4", "10-20", "~7", "(12)", "0x1f", ">=3"]) {
    assert.ok(beginsWithNumber(text), text);
  }
  for (const text of ["name7", "a", "", "- 7 x"]) assert.ok(!beginsWithNumber(text), text);
});
