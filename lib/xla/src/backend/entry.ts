import type { DataId } from "@tensorflow/tfjs-core";
import type { Node, TensorType } from "../stablehlo/node.ts";
import type { Storage } from "./storage.ts";

/**
 * What the engine knows of one tfjs data id: a value that exists, or the node that will compute it. Small arrays made
 * while a function is traced have both: they are constants of the program.
 */
export interface Entry {
  references: number;
  type: TensorType;
  node: Node | undefined;
  /** Which of the pending operations' results it is. */
  place: number | undefined;
  storage: Storage | undefined;
  /** Its data id while it is recorded and not computed: kept, so that the garbage collector does not decide what is. */
  pending: DataId | undefined;
  /** Why it has no value and never will, if a program for it alone failed. */
  failure: unknown;
}

/** An entry with one reference. All have the same fields in the same order, which makes them quick to read. */
export const createEntry = (type: TensorType, storage?: Storage, node?: Node, place?: number): Entry => ({
  references: 1,
  type,
  storage,
  node,
  place,
  pending: undefined,
  failure: undefined,
});
