/**
 * Random programs on xla and on tfjs's cpu engine:
 *
 *     deno task fuzz --programs 5000 --seed 1
 *
 * The last line counts them; the exit code is 1 if any differ. A program that does is printed as small as it was got.
 */
import { parseArgs } from "node:util";
import { findTestPlugin, useBackend } from "../support/backend.ts";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: { programs: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});
const [count, seed] = [Number(values.programs), Number(values.seed)];
if (!Number.isInteger(count) || !Number.isInteger(seed) || count < 1) {
  console.error(
    `expected --programs and --seed to be whole numbers, found ${values.programs} and ${values.seed}`,
  );
  Deno.exit(2);
}
const { path, reason } = await findTestPlugin();
if (!path) {
  console.error(reason);
  Deno.exit(2);
}
await useBackend("xla");
const start = performance.now();
const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
const { agree, failures } = await fuzz({
  count,
  seed,
  onFailure: (text) => console.log(text),
  onProgress: (done) => {
    if (done % 250 === 0) console.error(`${done} of ${count} programs, ${seconds()}`);
  },
});
console.log(`${agree} agree, ${failures} differ (${seconds()})`);
Deno.exit(failures > 0 ? 1 : 0);
