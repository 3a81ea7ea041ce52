import { compileTime } from "../engine/mod.ts";

/** Seconds of training and evaluation, what was spent on compiling apart. */
export function stopwatch() {
  const seconds = { compile: 0, train: 0, evaluate: 0 };
  let [clock, compiled] = [performance.now(), compileTime().milliseconds];
  /** Adds the time since the last lap to `what`. */
  const lap = (what: "train" | "evaluate") => {
    const [now, compiledNow] = [performance.now(), compileTime().milliseconds];
    const compile = compiledNow - compiled;
    seconds.compile += compile / 1000;
    seconds[what] += (now - clock - compile) / 1000;
    [clock, compiled] = [now, compiledNow];
  };
  return { seconds, lap };
}
