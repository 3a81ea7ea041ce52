import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { allelesOfWords, dosagesOfWords, wordClasses, wordLength, wordsOf } from "./windows.ts";

Deno.test("words are 1 + the number whose bits are the alleles, as in the reference", () => {
  const rows = ["00000", "00001", "10000", "11111"];
  deepEqual([...wordsOf(rows.flatMap((row) => [...row].map(Number)), 5, 5)], [1, 2, 17, 32]);
});

Deno.test("alleles beyond the last whole word are dropped, the others come back", () => {
  const alleles = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0];
  const words = wordsOf(alleles, 5, 2);
  deepEqual([...words], [3, 4, 2, 2]);
  deepEqual([...allelesOfWords(words, 2)], [1, 0, 1, 1, 0, 1, 0, 1]);
  throws(() => allelesOfWords([0], 2), /from 1 to 4, found 0/);
});

Deno.test("probabilities of alleles are sums over words, class 0 left out", () => {
  const logits = [9, Math.log(1), Math.log(2), Math.log(3), Math.log(4)];
  const [first, second] = dosagesOfWords(logits, 2);
  ok(Math.abs(first! - 0.7) < 1e-12 && Math.abs(second! - 0.6) < 1e-12);
});

Deno.test("a word that is certain gives its alleles, whatever the size of the logits", () => {
  const logits = Array(wordClasses(5)).fill(-1000);
  logits[18] = 1000;
  deepEqual([...dosagesOfWords([...logits, ...logits], 5)], [1, 0, 0, 0, 1, 1, 0, 0, 0, 1]);
});

Deno.test("lengths that make no words are named", () => {
  equal(wordLength(33, "y0"), 5);
  throws(() => wordLength(4, "y0"), /column "y0": expected 2\^K \+ 1 classes.*found 4/);
  throws(() => wordsOf([0, 1], 2, 3), /from 1 to 2, found 3/);
  throws(() => wordsOf([0, 1], 2, 1.5), /found 1\.5/);
});
