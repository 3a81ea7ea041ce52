import { functionTexts } from "./control.ts";
import { type Node, type NodeRegion, type Operation, typeText } from "./node.ts";

/** A program as text, with what it must be given, in order. */
export interface Program {
  readonly text: string;
  /** The values of the leaves, one for each parameter. */
  readonly parameters: readonly object[];
  /** Whether the compiler should be done soon, rather than the program. */
  readonly quickly?: boolean;
  /** How many devices it runs on at once; 1 if it is not said. The text says it, too. */
  readonly partitions?: number;
}

/** How a program is spread over devices: leaves (by their values) that are split along axis 0; all else is on each. */
interface Spread {
  readonly devices: number;
  readonly split: ReadonlySet<object>;
}

/** Names a leaf where it is first met. */
type NameLeaf = (node: Node) => string;

/**
 * Writes the StableHLO module that computes `outputs`.
 *
 * @param donated index of the output that may be written into the memory of a leaf's value.
 * @param spread for a program that runs on several devices
 * @param name of the module, part of the text
 */
export function emit(
  outputs: readonly Node[],
  donated: ReadonlyMap<object, number> = new Map(),
  spread?: Spread,
  name = "program",
): Program {
  const leaves = new Map<object, { name: string; type: string; rank: number }>();
  const addLeaf: NameLeaf = (node) => {
    const known = leaves.get(node.leaf!);
    if (known) return known.name;
    const name = `%arg${leaves.size}`;
    leaves.set(node.leaf!, { name, type: typeText(node), rank: node.shape.length });
    return name;
  };
  const { lines, names } = write(outputs, addLeaf, "", { count: 0 });
  const sharding = (rank: number, value?: object): string[] => {
    if (!spread) return [];
    const whole = Array<string>(rank).fill("{}");
    const axes = value && spread.split.has(value) ? whole.with(0, '{"batch"}') : whole;
    return [`sdy.sharding = #sdy.sharding<@mesh, [${axes.join(", ")}]>`];
  };
  const attributes = (list: string[]) => list.length > 0 ? ` {${list.join(", ")}}` : "";
  const parameters = [...leaves].map(([value, { name, type, rank }]) => {
    const output = donated.get(value);
    const alias = output === undefined ? [] : [`tf.aliasing_output = ${output} : i32`];
    return `${name}: ${type}${attributes([...sharding(rank, value), ...alias])}`;
  });
  const types = outputs.map(typeText).join(", ");
  const results = outputs.map((node) => typeText(node) + attributes(sharding(node.shape.length)))
    .join(", ");
  const module = spread
    ? ` attributes {mhlo.num_partitions = ${spread.devices} : i32, mhlo.num_replicas = 1 : i32}`
    : "";
  const mesh = spread ? `  sdy.mesh @mesh = <["batch"=${spread.devices}]>\n` : "";
  const body = lines.join("\n");
  const text = `module @${name}${module} {
${mesh}${functionTexts(body)}  func.func public @main(${parameters.join(", ")}) -> (${results}) {
${body}
    return${outputs.length > 0 ? ` ${names.join(", ")} : ${types}` : ""}
  }
}
`;
  return { text, parameters: [...leaves.keys()], partitions: spread?.devices };
}

/** The operations that compute `outputs`, one per line, and the names of the outputs. */
function write(
  outputs: readonly Node[],
  nameLeaf: NameLeaf,
  prefix: string,
  regions: { count: number },
): { lines: string[]; names: string[] } {
  const lines: string[] = [];
  const names = new Map<Node | Operation, string>();
  const written = new Map<string, string>();

  /** The same text with the same operands is the same value: written once. */
  const writeLine = (right: string, results: number): string => {
    const known = written.get(right);
    if (known) return known;
    const name = `%${prefix}${written.size}`;
    written.set(right, name);
    lines.push(`    ${name}${results > 1 ? `:${results}` : ""} = ${right}`);
    return name;
  };

  const finish = (node: Node): string => {
    if (node.leaf) return nameLeaf(node);
    const operands = node.operands.map((operand) => names.get(operand)!);
    if (!node.result) return writeLine(node.text(operands), 1);
    const { of, index } = node.result;
    let name = names.get(of);
    if (!name) {
      const inner = (of.regions ?? []).map((region) => writeRegion(region, operands, regions));
      names.set(of, name = writeLine(of.text(operands, inner), of.results));
    }
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
  return { lines, names: outputs.map((node) => names.get(node)!) };
}

/** A region in braces; its names are unlike all others of the program. @throws Error if it reads what is outside. */
function writeRegion(
  { parameters, outputs, operands: first }: NodeRegion,
  operands: readonly string[],
  regions: { count: number },
): string {
  const prefix = `r${regions.count++}_`;
  const nameOf = (i: number) => first === undefined ? `%${prefix}arg${i}` : operands[first + i]!;
  const known = new Map(parameters.map(({ leaf }, i) => [leaf!, nameOf(i)]));
  const nameLeaf: NameLeaf = (node) => {
    const name = known.get(node.leaf!);
    if (!name) throw new Error(`a region reads a ${typeText(node)} that is not among its parameters`);
    return name;
  };
  const { lines, names } = write(outputs, nameLeaf, prefix, regions);
  const list = parameters.map((node, i) => `${nameOf(i)}: ${typeText(node)}`).join(", ");
  return `{${first === undefined && list ? `\n    ^bb0(${list}):` : ""}
${lines.join("\n")}
    stablehlo.return ${names.join(", ")} : ${outputs.map(typeText).join(", ")}
    }`;
}
