import { UserError } from "../../errors.ts";
import { meaning, rawText } from "./texts.ts";

const ATTRIBUTE = /^@attribute\s+('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S+)\s+(\S.*)$/i;

/** Reads the head of an ARFF file line by line. */
export interface ArffHead {
  /** The names of the attributes so far. */
  names: string[];
  /** Takes a line; true once the data begin with the next one. @throws UserError, with `place()`, for any other line. */
  take(bytes: Uint8Array, start: number, end: number, place: () => string): boolean;
}

export function arffHead(): ArffHead {
  const names: string[] = [];
  return {
    names,
    take(bytes, start, end, place) {
      const line = rawText(bytes, start, end).trim();
      if (line === "" || line.startsWith("%") || /^@relation\b/i.test(line)) return false;
      if (/^@data$/i.test(line)) return true;
      const name = ATTRIBUTE.exec(line)?.[1];
      if (name === undefined) {
        throw new UserError(
          `${place()}: expected @relation, @attribute or @data, found "${line.slice(0, 60)}"`,
        );
      }
      names.push(meaning(name));
      return false;
    },
  };
}
