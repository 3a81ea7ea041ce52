/** Where it was before. */
export * from "../paths.ts";
