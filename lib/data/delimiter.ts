const CANDIDATES = [",", ";", "\t"] as const;
const SAMPLE_LINES = 20;

/** Cells per line for every candidate, over the first lines; delimiters and line ends inside quotes do not count. */
function countCells(text: string): number[][] {
  const lines: number[][] = [];
  let cells: number[] = CANDIDATES.map(() => 1);
  let quoted = false;
  let blank = true;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) {
      if (!blank) lines.push(cells);
      if (lines.length === SAMPLE_LINES) return lines;
      cells = CANDIDATES.map(() => 1);
      blank = true;
      continue;
    } else if (!quoted) {
      const index = (CANDIDATES as readonly string[]).indexOf(character);
      if (index >= 0) cells[index]!++;
    }
    blank = false;
  }
  if (!blank) lines.push(cells);
  return lines;
}

/**
 * Finds the delimiter (comma, semicolon or tab) from the beginning of a file: the one that cuts most of the first lines
 * into the same number of cells; among equals the one that gives more cells. A file without any has one column.
 */
export function detectDelimiter(start: string): string {
  const lines = countCells(start);
  let best = { delimiter: ",", agreeing: 0, cells: 1 };
  CANDIDATES.forEach((delimiter, index) => {
    const tally = new Map<number, number>();
    for (const line of lines) tally.set(line[index]!, (tally.get(line[index]!) ?? 0) + 1);
    for (const [cells, agreeing] of tally) {
      const better = agreeing > best.agreeing || (agreeing === best.agreeing && cells > best.cells);
      if (cells > 1 && better) best = { delimiter, agreeing, cells };
    }
  });
  return best.delimiter;
}
