/** Frees what belongs to keys that nobody can reach any more. */
export interface Abandoned<T extends object> {
  watch(key: object, value: T): void;
  /** A key's value was freed otherwise. */
  forget(key: object, value: T): void;
}

/** So many new keys are not waited for. */
const MANY = 4096;

/**
 * The garbage collector tells of keys between turns of the event loop alone. Most are forgotten before the turn in which
 * they were made has ended: only what is left then is given to the collector to watch, which takes time.
 *
 * @param free is given the value of a key that was not forgotten
 */
export function createAbandoned<T extends object>(free: (value: T) => void): Abandoned<T> {
  const registry = new FinalizationRegistry<T>(free);
  const fresh = new Map<T, object>();
  let turnEnds = false;
  const register = () => {
    for (const [value, key] of fresh) registry.register(key, value, key);
    fresh.clear();
  };
  const endTurn = () => {
    turnEnds = false;
    register();
  };
  return {
    watch(key, value) {
      if (!turnEnds) queueMicrotask(endTurn);
      turnEnds = true;
      if (fresh.size === MANY) register();
      fresh.set(value, key);
    },
    forget(key, value) {
      if (!fresh.delete(value)) registry.unregister(key);
    },
  };
}
