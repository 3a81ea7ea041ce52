/** StableHLO's operations as nodes. Each checks that its operands fit, and throws a ShapeError if they do not. */
export * from "./ops/elementwise.ts";
export * from "./ops/folds.ts";
export * from "./ops/indexing.ts";
export * from "./ops/shape.ts";
export * from "./ops/windows.ts";
