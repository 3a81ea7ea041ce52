import { UserError } from "../errors.ts";

/** Edit distance (insert, delete, replace) of two texts, upper and lower case alike. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** At most `most` of the known names, the most similar to `name` first. */
function nearest(name: string, known: readonly string[], most = 5): string[] {
  const wanted = name.toLowerCase();
  const score = (candidate: string) => {
    const text = candidate.toLowerCase();
    const contains = wanted !== "" && (text.includes(wanted) || wanted.includes(text));
    return contains ? 0.5 : distance(wanted, text) / Math.max(wanted.length, text.length, 1);
  };
  return known.map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((a, b) => a.score - b.score).slice(0, most).map(({ candidate }) => candidate);
}

/** The end of a message about an unknown name: `"agee"; nearest: AGE, ...`. */
export function unknown(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const label = near.length === known.length ? "known" : "nearest";
  return `"${name}"` + (near.length > 0 ? `; ${label}: ${near.join(", ")}` : "");
}

/** The known name that a text is. @throws UserError that begins with `otherwise`, with the nearest ones */
export function knownName<T extends string>(name: string, known: readonly T[], otherwise: string): T {
  const found = known.find((one) => one === name);
  if (found === undefined) throw new UserError(`${otherwise} ${unknown(name, known)}`);
  return found;
}
