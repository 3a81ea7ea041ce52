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
