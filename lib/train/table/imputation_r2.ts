import { pooledR2, type Scored } from "../../baselines/genotype_r2.ts";
import { allelesOfWords, dosagesOfWords, wordLength } from "../../data/genotypes/windows.ts";
import type { EncodedTable, RawOutputs } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";

/**
 * Alleles and classes of the target words, and their places among the categorical columns.
 *
 * @throws UserError for a table whose targets are no words of one length.
 */
export function wordTargets({ columns }: Pick<EncodedTable, "columns">) {
  const categorical = columns.filter(({ kind }) => kind === "categorical");
  const targets = columns.filter(({ target }) => target);
  const classes = targets[0]?.classes.length ?? 0;
  const k = wordLength(classes, targets[0]?.name ?? "");
  const other = targets.find((column) => column.classes.length !== classes);
  if (other) {
    throw new UserError(`target "${other.name}": expected words of ${k} alleles, as the first target has`);
  }
  return { k, classes, at: targets.map((column) => categorical.indexOf(column)) };
}

/**
 * Probabilities of allele 1 and true alleles of some rows of a table of words (`windowTable`), [rows, targets] each.
 *
 * @param outputs predictions of these rows
 * @throws UserError as wordTargets
 */
export function imputedAlleles(table: EncodedTable, rows: Int32Array, outputs: RawOutputs): Scored {
  const { k, classes, at } = wordTargets(table);
  const columns = table.codes.length / table.rows;
  const width = outputs.logits.length / (rows.length * columns);
  const logits = new Float32Array(rows.length * at.length * classes);
  const words = new Int32Array(rows.length * at.length);
  for (let i = 0, word = 0; i < rows.length; i++) {
    for (const j of at) {
      const start = (i * columns + j) * width;
      logits.set(outputs.logits.subarray(start, start + classes), word * classes);
      words[word++] = table.codes[rows[i]! * columns + j]!;
    }
  }
  return {
    predicted: dosagesOfWords(logits, k),
    truth: allelesOfWords(words, k),
    targets: k * at.length,
  };
}

/** The paper's R² of some rows: of all their alleles together. @throws UserError as wordTargets */
export const imputationR2 = (table: EncodedTable, rows: Int32Array, outputs: RawOutputs): number =>
  pooledR2(imputedAlleles(table, rows, outputs));
