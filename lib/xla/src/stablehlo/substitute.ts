import { type Node, type Operation, sizeOf } from "./node.ts";

/** Visits every node that `outputs` depend on, operands first. */
function visit(outputs: readonly Node[], each: (node: Node) => void): void {
  const seen = new Set<Node>();
  const stack: Node[] = [...outputs].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const missing = seen.has(node) ? [] : node.operands.filter((operand) => !seen.has(operand));
    if (missing.length > 0) {
      for (let i = missing.length - 1; i >= 0; i--) stack.push(missing[i]!);
      continue;
    }
    stack.pop();
    if (seen.has(node)) continue;
    seen.add(node);
    each(node);
  }
}

/** The values of the leaves that `outputs` depend on. */
export function leavesOf(outputs: readonly Node[]): Set<object> {
  const leaves = new Set<object>();
  visit(outputs, ({ leaf }) => leaf && leaves.add(leaf));
  return leaves;
}

/** Elements of the largest array that the computation reads or makes; of one that only parts are taken from, those count. */
export function largestOf(outputs: readonly Node[]): number {
  let largest = 0;
  visit(outputs, ({ shape, operands, picks, leaf }) => {
    // Counted by those who read it.
    if (leaf) return;
    const read = picks ? operands.slice(1) : operands;
    for (const array of [...read.map((operand) => operand.shape), shape]) {
      largest = Math.max(largest, sizeOf(array));
    }
  });
  return largest;
}

/** The same computation of other operands: `replace` has a node for each leaf (by its value) that is to be another. */
export function substitute(outputs: readonly Node[], replace: ReadonlyMap<object, Node>): Node[] {
  const done = new Map<Node, Node>();
  const operations = new Map<Operation, Operation>();
  visit(outputs, (node) => {
    if (node.leaf) return done.set(node, replace.get(node.leaf) ?? node);
    const operands = node.operands.map((operand) => done.get(operand)!);
    if (operands.every((operand, i) => operand === node.operands[i])) return done.set(node, node);
    if (!node.result) return done.set(node, { ...node, operands });
    const { of, index } = node.result;
    let operation = operations.get(of);
    if (!operation) operations.set(of, operation = { ...of, operands });
    return done.set(node, { ...node, operands, result: { of: operation, index } });
  });
  return outputs.map((output) => done.get(output)!);
}
