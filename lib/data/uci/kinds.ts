import { classCollection, type ColumnPlan } from "./collect.ts";
import type { LargeFacts } from "./facts.ts";
import { eachRow, type RowFile } from "./read_rows.ts";

/**
 * What the columns of a large set are: as its facts list them or, where they say so, categories up to a number of different
 * cells and numbers beyond. The files are read once for that.
 *
 * @throws UserError as eachRow does.
 */
export async function columnPlans(facts: LargeFacts, files: readonly RowFile[]): Promise<ColumnPlan[]> {
  const { columns, automatic, categorical } = facts;
  const many = automatic === null
    ? columns.map((name) => !categorical.reference.includes(name))
    : await columnsWithMore(files, columns, automatic);
  return columns.map((name, i) => ({ name, kind: many[i] ? "numeric" : "categorical" }));
}

async function columnsWithMore(
  files: readonly RowFile[],
  columns: string[],
  most: number,
): Promise<boolean[]> {
  const classes = columns.map(() => classCollection(new Set()));
  await eachRow(files, columns, (bytes, { starts, ends }) => {
    for (let i = 0; i < classes.length; i++) {
      if (classes[i]!.labels.length <= most) classes[i]!.codeOf(bytes, starts[i]!, ends[i]!);
    }
  });
  return classes.map(({ labels }) => labels.length > most);
}
