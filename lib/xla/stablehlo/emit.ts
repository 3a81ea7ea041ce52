import { type Node, type Operation, typeText } from "./node.ts";

/** A program as text, with what it must be given, in order. */
export interface Program {
  readonly text: string;
  /** The values of the leaves, one for each parameter. */
  readonly parameters: readonly object[];
}

/**
 * Writes the StableHLO module that computes `outputs`.
 *
 * @param donated index of the output that may be written into the memory of a leaf's value.
 */
export function emit(
  outputs: readonly Node[],
  donated: ReadonlyMap<object, number> = new Map(),
): Program {
  const lines: string[] = [];
  const names = new Map<Node | Operation, string>();
  const written = new Map<string, string>();
  const leaves = new Map<object, { name: string; type: string }>();

  const addLeaf = (node: Node): string => {
    const known = leaves.get(node.leaf!);
    if (known) return known.name;
    const name = `%arg${leaves.size}`;
    leaves.set(node.leaf!, { name, type: typeText(node) });
    return name;
  };

  /** The same text with the same operands is the same value: written once. */
  const write = (right: string, results: number): string => {
    const known = written.get(right);
    if (known) return known;
    const name = `%${written.size}`;
    written.set(right, name);
    lines.push(`    ${name}${results > 1 ? `:${results}` : ""} = ${right}`);
    return name;
  };

  const finish = (node: Node): string => {
    if (node.leaf) return addLeaf(node);
    const operands = node.operands.map((operand) => names.get(operand)!);
    if (!node.result) return write(node.text(operands), 1);
    const { of, index } = node.result;
    let name = names.get(of);
    if (!name) names.set(of, name = write(of.text(operands), of.results));
    return of.results > 1 ? `${name}#${index}` : name;
  };

  // Depth first with a stack of its own: recorded programs are deeper than JavaScript's call stack.
  const stack: Node[] = [...outputs].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    if (names.has(node)) {
      stack.pop();
      continue;
    }
    const missing = node.operands.filter((operand) => !names.has(operand));
    if (missing.length > 0) {
      for (let i = missing.length - 1; i >= 0; i--) stack.push(missing[i]!);
      continue;
    }
    names.set(node, finish(node));
    stack.pop();
  }

  const parameters = [...leaves].map(([value, { name, type }]) => {
    const output = donated.get(value);
    return `${name}: ${type}${output === undefined ? "" : ` {tf.aliasing_output = ${output} : i32}`}`;
  });
  const types = outputs.map(typeText).join(", ");
  const text = `module @program {
  func.func public @main(${parameters.join(", ")}) -> (${types}) {
${lines.join("\n")}
    return${outputs.length > 0 ? ` ${outputs.map((node) => names.get(node)).join(", ")} : ${types}` : ""}
  }
}
`;
  return { text, parameters: [...leaves.keys()] };
}
