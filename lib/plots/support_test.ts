/** Helps tests of figures. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Figure, toSvg } from "./figure.ts";

const snapshot = (name: string) => fileURLToPath(new URL(`./snapshots/${name}.svg`, import.meta.url));

/** A test that a figure is the one of `snapshots/<name>.svg`, also when it is drawn a second time. */
export function testSnapshot(name: string, draw: () => Figure): void {
  Deno.test(`the ${name} figure looks as it did (after an intended change: UPDATE_SNAPSHOTS=1, then look at it)`, async () => {
    const svg = toSvg(draw());
    assert.equal(toSvg(draw()), svg, "the same input gave another picture");
    if (Deno.env.get("UPDATE_SNAPSHOTS")) await Deno.writeTextFile(snapshot(name), svg);
    assert.equal(svg, await Deno.readTextFile(snapshot(name)));
  });
}

/** How often a text occurs in a figure. */
export const countOf = (figure: Figure, what: string): number => toSvg(figure).split(what).length - 1;
