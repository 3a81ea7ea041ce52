import type { Node } from "../../stablehlo/node.ts";
import { binary, broadcastTo, unary } from "../../stablehlo/ops.ts";
import { type KernelTable, like } from "./kernel.ts";

/** Normalisation by given means and variances, which broadcast. */
export const normaliseKernels: KernelTable = {
  FusedBatchNorm: ({ input, optional, attrs }) => {
    const x = input("x");
    const full = (y: Node) => broadcastTo(y, x.shape);
    const variance = input("variance");
    const inverse = unary(
      "rsqrt",
      binary("add", variance, like(variance, attrs["varianceEpsilon"] as number)),
    );
    const centred = binary("subtract", x, full(input("mean")));
    const [scale, offset] = [optional("scale"), optional("offset")];
    let result = binary("multiply", centred, full(inverse));
    if (scale) result = binary("multiply", result, full(scale));
    return offset ? binary("add", result, full(offset)) : result;
  },
};
