import type * as tf from "@tensorflow/tfjs-core";
import type { Entry } from "./entry.ts";
import type { HostValue } from "./host_values.ts";

type Known = Entry | HostValue;

/** What the backend knows of data ids. */
export interface Entries {
  /** Of a data id; of one that is another backend's, once tfjs has moved it here. */
  get(dataId: tf.DataId): Known;
  /** The same, or undefined if it is not here. */
  find(dataId: tf.DataId): Known | undefined;
  /** A new data id. */
  add(entry: Known): tf.DataId;
  /** Of a data id that comes from another backend. */
  set(dataId: tf.DataId, entry: Known): void;
  delete(dataId: tf.DataId): void;
  count(): number;
}

/** A data id that was made here: what is known of it is at hand without a table. */
class OwnId {
  entry: Known | undefined;
  constructor(entry: Known) {
    this.entry = entry;
  }
}

/** @param fetch has tfjs move a data id here */
export function createEntries(fetch: (dataId: tf.DataId) => void): Entries {
  const foreign = new WeakMap<tf.DataId, Known>();
  let count = 0;
  const find = (dataId: tf.DataId) => dataId instanceof OwnId ? dataId.entry : foreign.get(dataId);
  return {
    find,
    get(dataId) {
      const entry = find(dataId);
      if (entry) return entry;
      fetch(dataId);
      return find(dataId)!;
    },
    add(entry) {
      count++;
      return new OwnId(entry);
    },
    set(dataId, entry) {
      count++;
      if (dataId instanceof OwnId) dataId.entry = entry;
      else foreign.set(dataId, entry);
    },
    delete(dataId) {
      count--;
      if (dataId instanceof OwnId) dataId.entry = undefined;
      else foreign.delete(dataId);
    },
    count: () => count,
  };
}
