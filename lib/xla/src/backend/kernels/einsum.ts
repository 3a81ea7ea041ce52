import { backend_util } from "@tensorflow/tfjs-core";
import type { Node } from "../../stablehlo/node.ts";
import { dotGeneral, reduce, transpose } from "../../stablehlo/ops.ts";
import { type KernelTable, number } from "./kernel.ts";

/** An array and the label of each of its axes. */
interface Labelled {
  node: Node;
  labels: number[];
}

/** Adds up the axes whose labels nobody needs any more. */
function dropLabels({ node, labels }: Labelled, needed: readonly number[]): Labelled {
  const dropped = labels.flatMap((label, i) => needed.includes(label) ? [] : [i]);
  return {
    node: reduce("add", node, dropped, 0),
    labels: labels.filter((label) => needed.includes(label)),
  };
}

/** The product of two arrays, added up over the labels that both have and nobody needs later. */
function product(a: Labelled, b: Labelled, needed: readonly number[]): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.includes(label));
  const contract = shared.filter((label) => !needed.includes(label));
  const left = dropLabels(a, [...needed, ...contract]);
  const right = dropLabels(b, [...needed, ...contract]);
  const axes = (of: readonly number[]): [number[], number[]] => [
    of.map((label) => left.labels.indexOf(label)),
    of.map((label) => right.labels.indexOf(label)),
  ];
  const free = ({ labels }: Labelled) => labels.filter((label) => !shared.includes(label));
  return {
    node: dotGeneral(left.node, right.node, { batch: axes(batch), contract: axes(contract) }),
    labels: [...batch, ...free(left), ...free(right)],
  };
}

/** Einstein's sums, as products of matrices. */
export const einsumKernels: KernelTable = {
  Einsum: ({ inputs, attrs }) => {
    const nodes = inputs().map(number);
    const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(
      attrs["equation"] as string,
      nodes.length,
    );
    backend_util.checkEinsumDimSizes(
      allDims.length,
      idDims,
      nodes.map(({ shape }) => ({ shape: [...shape] })) as Parameters<
        typeof backend_util.checkEinsumDimSizes
      >[2],
    );
    // tfjs numbers the labels of the result first, in their order.
    const result = allDims.map((_, label) => label).filter((label) => !summedDims.includes(label));
    const operands = nodes.map((node, i): Labelled => ({ node, labels: idDims[i]! }));
    const whole = operands.reduce((a, b, i) =>
      product(a, b, [...result, ...operands.slice(i + 1).flatMap(({ labels }) => labels)])
    );
    const { node, labels } = dropLabels(whole, result);
    return transpose(node, result.map((label) => labels.indexOf(label)));
  },
};
