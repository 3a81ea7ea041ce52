/**
 * Threefry-2x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the constants that every
 * implementation here shares, so that all engines draw the same bits.
 */
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;

/** 13 rounds pass BigCrush by the paper's account; 20 only widen the margin. */
export const ROUNDS = 13;
export const PARITY = 0x1BD11BDA;

/** Rotation distance of a round (from 0). */
export const rotation = (round: number): number => ROTATIONS[(round >> 2) & 1]![round & 3]!;

/**
 * Threefry-2x32 over the counters (i, stream): word 0 of counter i is element i, word 1 is element ceil(n/2) + i.
 *
 * @returns float32 [n], uniform in [0, 1) with 24 bits.
 */
export function threefryUniform(k0: number, k1: number, stream: number, n: number): Float32Array {
  const out = new Float32Array(n);
  const half = Math.ceil(n / 2);
  const keys = [k0 | 0, k1 | 0, k0 ^ k1 ^ PARITY];
  for (let i = 0; i < half; i++) {
    let x0 = (i + keys[0]!) | 0;
    let x1 = (stream + keys[1]!) | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const by = rotation(round);
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
      if ((round & 3) === 3) {
        const block = (round >> 2) + 1;
        x0 = (x0 + keys[block % 3]!) | 0;
        x1 = (x1 + keys[(block + 1) % 3]! + block) | 0;
      }
    }
    out[i] = (x0 >>> 8) / 16777216;
    if (half + i < n) out[half + i] = (x1 >>> 8) / 16777216;
  }
  return out;
}
