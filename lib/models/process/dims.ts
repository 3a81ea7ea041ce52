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

/** The published settings for image completion (`regression/configs/celeba`). */
export const IMAGE_DIMS: NeuralProcessDims = {
  dimX: 2,
  dimY: 3,
  dimHid: 128,
  dimLat: 128,
  encVDepth: 6,
  encQkDepth: 3,
  encPreDepth: 6,
  encPostDepth: 3,
  decDepth: 5,
};

/** Widths that every encoder has. */
export type EncoderDims = Pick<NeuralProcessDims, "dimX" | "dimY" | "dimHid">;
