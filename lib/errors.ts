/** The package's class, so that commands know the errors of both. */
export { UserError } from "@spin/xla/plugins";
