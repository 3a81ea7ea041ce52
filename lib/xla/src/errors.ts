/**
 * An error caused by what the user gave: a file, an option, a machine without something needed.
 * Commands print its message alone (no stack) and exit with code 1.
 *
 * The message says what was expected, what was found and where (file, line, column, sample).
 */
export class UserError extends Error {
  override name = "UserError";
}
