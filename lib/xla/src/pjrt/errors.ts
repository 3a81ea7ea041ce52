import { ERROR_CODES } from "./layout.ts";

/** A failure reported by a PJRT plugin. */
export class PjrtError extends Error {
  override name = "PjrtError";
  constructor(readonly code: string, message: string, readonly where: string) {
    super(`${where}: ${code}: ${message}`);
  }
}

export const codeName = (code: number): string => ERROR_CODES[code] ?? `code ${code}`;
