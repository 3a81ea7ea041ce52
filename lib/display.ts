/** How values show themselves as the last expression of a notebook's cell, and in `show`. */

/** The kernel asks values for this method; what it gives are formats by media type. */
export const DISPLAY = Symbol.for("Jupyter.display");

export type Formats = Record<string, unknown>;

/** The same object, which shows itself; nothing else about it changes, its JSON and its keys neither. */
export function displayed<T extends object>(value: T, formats: (value: T) => Formats): T {
  return Object.defineProperty(value, DISPLAY, {
    value: () => formats(value),
    enumerable: false,
    configurable: true,
  });
}
