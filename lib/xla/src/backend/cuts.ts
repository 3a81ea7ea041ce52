/** Fewer recorded operations than this are not worth a program of their own. */
const FEW = 16;

/** Little is alive where it is at most one in so many of the recorded operations. */
const LITTLE = 4;

/** From so many recorded operations on, a program ends at the next place that repeats. */
const MANY = 32;

/** In how many operations a place that repeats is looked for. */
const WINDOW = 64;

/** No program is longer than about this: the compiler's time grows faster than the length of what it fuses. */
export const MAX_PENDING = 300;

type Operands = Readonly<Record<string, { shape: readonly number[] } | undefined>>;

/** Whether an operation has single numbers to do with, and nothing else. */
function ofNumbers(operands: Operands): boolean {
  let some = false;
  for (const key in operands) {
    const shape = operands[key]?.shape;
    if (shape?.some((size) => size !== 1)) return false;
    some ||= shape !== undefined;
  }
  return some;
}

/** Where what is recorded is cut into programs. */
export interface Cuts {
  /**
   * Whether what is pending is to be run before the next operation.
   *
   * @param fingerprint of its name
   * @param alive how many of the recorded values can still be asked for
   * @param operands what it is given
   */
  before(fingerprint: number, alive: number, operands: Operands): boolean;
  /** A value has been recorded. */
  recorded(): void;
  /** What comes now is cut as if nothing had been before: a value was asked for, or a compiled function called. */
  restart(): void;
}

/**
 * Cuts depend on the operations and on what was disposed of, never on a count alone: a loop is then cut at the same
 * places in every round, and its programs are compiled once.
 *
 * A step of a training ends where little of it is alive: there. What then comes of single numbers belongs to it, such as its
 * loss added to those of an epoch: so the first step of an epoch, which has nothing to add to, is like the others. What is
 * long and all alive (a recurrent network within a tidy) is cut before an operation whose fingerprint is the lowest for a
 * while, which in each round is the same one.
 */
export function createCuts(): Cuts {
  let count = 0;
  /** Fingerprints of the last operations, each of the name and of the seven names before, the newest at `next - 1`. */
  const latest = new Uint32Array(WINDOW).fill(0xffffffff);
  let next = 0;
  let context = 0;
  return {
    before(fingerprint, alive, operands) {
      context = (context << 4) ^ fingerprint;
      const order = Math.imul(context, 0x9e3779b1) >>> 0;
      const cut = count >= FEW && alive * LITTLE <= count && !ofNumbers(operands) ||
        count >= MANY && latest.every((other) => order <= other) || count > MAX_PENDING;
      latest[next] = order;
      next = (next + 1) % WINDOW;
      if (cut) count = 0;
      return cut;
    },
    recorded() {
      count++;
    },
    restart() {
      count = context = 0;
      latest.fill(0xffffffff);
    },
  };
}

/** 32 bits of an operation's name. */
export function fingerprintOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
