/** Widths and depths of a neural process; names follow the reference's configurations. */
export interface NeuralProcessDims {
  dimX: number;
  dimY: number;
  dimHid: number;
  dimLat: number;
  encVDepth: number;
  encQkDepth: number;
  encPreDepth: number;
  encPostDepth: number;
  decDepth: number;
}

/** The published settings for Gaussian processes (`regression/configs/gp`). */
export const GP_DIMS: NeuralProcessDims = {
  dimX: 1,
  dimY: 1,
  dimHid: 128,
  dimLat: 128,
  encVDepth: 4,
  encQkDepth: 2,
  encPreDepth: 4,
  encPostDepth: 2,
  decDepth: 3,
};

/** Widths that every encoder has. */
export type EncoderDims = Pick<NeuralProcessDims, "dimX" | "dimY" | "dimHid">;
