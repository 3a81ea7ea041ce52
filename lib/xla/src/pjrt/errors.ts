/** Codes of PJRT_Error_Code (pjrt_c_api.h), which are those of absl::StatusCode. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

/** A failure reported by a PJRT plugin. */
export class PjrtError extends Error {
  override name = "PjrtError";
  constructor(readonly code: string, message: string, readonly where: string) {
    super(`${where}: ${code}: ${message}`);
  }
}

export const codeName = (code: number): string => CODES[code] ?? `code ${code}`;
