import { backend_util } from "@tensorflow/tfjs-core";
import { check, type Node, typeText } from "../../stablehlo/node.ts";
import { barrier } from "../../stablehlo/control.ts";
import { binary, broadcastTo, dotGeneral, reduce, reshape, transpose, unary } from "../../stablehlo/ops.ts";
import { recordsForCpu } from "../../stablehlo/target.ts";
import { type KernelCall, type KernelTable, like } from "./kernel.ts";
import { broadcastBoth } from "./binary.ts";
import { clamp, elu, leaky, positivePart } from "./unary.ts";

/** Rows of one block of a transposition: a block and its copy stay in a core's nearest cache. */
const BLOCK = 32;
/** With fewer rows the whole matrix stays there. */
const FEW_ROWS = 256;

/**
 * A matrix (after batch axes) with its last two axes exchanged, for a CPU. To read a long column number by number misses
 * the cache each time, so many rows are transposed in blocks, and then whole pieces of rows are put in their places.
 */
function transposed(x: Node): Node {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const batch = x.shape.slice(0, -2);
  const axes = batch.map((_, i) => i);
  const rank = batch.length;
  const block = rows > FEW_ROWS ? largestDivisor(rows, BLOCK) : 1;
  if (block < BLOCK / 4) return barrier([transpose(x, [...axes, rank + 1, rank])])[0]!;
  const blocks = reshape(x, [...batch, rows / block, block, columns]);
  const [turned] = barrier([transpose(blocks, [...axes, rank, rank + 2, rank + 1])]);
  const joined = reshape(transpose(turned!, [...axes, rank + 1, rank, rank + 2]), [...batch, columns, rows]);
  return barrier([joined])[0]!;
}

/** Rows that one product sums over where there are many: the transposed factor of each stays in a core's own cache. */
const PART = 128;
const MANY_ROWS = 1024;

/**
 * The product of matrices that sums over their rows, for a CPU: what gives the gradient of every weight. The narrower
 * one is transposed, and then the result if need be. Many rows are cut into parts of a product each, and these are added
 * up, where they are no larger than the factors.
 */
function overRows(x: Node, y: Node): Node {
  const [rows, m, n] = [x.shape.at(-2)!, x.shape.at(-1)!, y.shape.at(-1)!];
  const rank = x.shape.length - 2;
  const axes = x.shape.slice(0, rank).map((_, i) => i);
  if (n * (rows + m) < m * rows) return transpose(overRows(y, x), [...axes, rank + 1, rank]);
  const part = rank === 0 && rows >= MANY_ROWS ? largestDivisor(rows, PART) : 1;
  if (part >= PART / 4 && m * n <= PART * (m + n)) {
    const [left, right] = [x, y].map((all) => reshape(all, [rows / part, part, all.shape[1]!]));
    return reduce("add", rowProduct(left!, right!), [0], 0);
  }
  return rowProduct(x, y);
}

/** The same at once, the first factor transposed. */
function rowProduct(x: Node, y: Node): Node {
  const rank = x.shape.length - 2;
  const axes = x.shape.slice(0, rank).map((_, i) => i);
  return dotGeneral(transposed(x), y, { batch: [axes, axes], contract: [[rank + 1], [rank]] });
}

/** The largest divisor of `n` that is at most `most`. */
function largestDivisor(n: number, most: number): number {
  let divisor = most;
  while (n % divisor !== 0) divisor--;
  return divisor;
}

/** Matrix products. Leading axes are batch axes and broadcast. */
export function matMul(a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node {
  const [inner, other] = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  check(
    inner === other,
    () =>
      `Error in matMul: inner shapes (${inner}) and (${other}) of Tensors with shapes ${a.shape} and ${b.shape} and ` +
      `transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  check(
    a.shape.length >= 2 && b.shape.length >= 2,
    () => `matMul: expected two axes or more, found ${typeText(a)} and ${typeText(b)}`,
  );
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = backend_util.assertAndGetBroadcastShape(batchA, batchB);
  const given = broadcastTo(a, [...batch, ...a.shape.slice(-2)]);
  const y = broadcastTo(b, [...batch, ...b.shape.slice(-2)]);
  const rank = batch.length;
  const axes = batch.map((_, i) => i);
  const turned = transposeA && recordsForCpu();
  if (turned && !transposeB) return overRows(given, y);
  return dotGeneral(turned ? transposed(given) : given, y, {
    batch: [axes, axes],
    contract: [[rank + (transposeA && !turned ? 0 : 1)], [rank + (transposeB ? 1 : 0)]],
  });
}

/** Activations by tfjs name. @param alpha, slopes for negative values, of those that have them */
const ACTIVATIONS: Record<string, (x: Node, alpha: number, slopes: Node | undefined) => Node> = {
  linear: (x) => x,
  relu: positivePart,
  relu6: (x) => clamp(x, 0, 6),
  elu,
  sigmoid: (x) => unary("logistic", x),
  leakyrelu: (x, alpha) => leaky(x, like(x, alpha)),
  prelu: (x, _, slopes) => leaky(...broadcastBoth(x, slopes!)),
};

/** The activation that a fused kernel's attributes name. */
export function activate(x: Node, attrs: KernelCall["attrs"], slopes: Node | undefined): Node {
  const name = (attrs["activation"] as string | undefined) ?? "linear";
  const activation = ACTIVATIONS[name];
  if (!activation) throw new Error(`fused activation '${name}' is not known`);
  return activation(x, (attrs["leakyreluAlpha"] as number | undefined) ?? 0, slopes);
}

const product = ({ input, attrs }: KernelCall): Node =>
  matMul(input("a"), input("b"), Boolean(attrs["transposeA"]), Boolean(attrs["transposeB"]));

export const matMulKernels: KernelTable = {
  BatchMatMul: product,
  _FusedMatMul: (call) => {
    const [out, bias] = [product(call), call.optional("bias")];
    const biased = bias ? binary("add", ...broadcastBoth(out, bias)) : out;
    return activate(biased, call.attrs, call.optional("preluActivationWeights"));
  },
};
