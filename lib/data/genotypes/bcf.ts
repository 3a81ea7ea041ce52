/** BCF 2, the binary form of VCF: its records as lines of VCF, with what this workspace reads of them. */
import { UserError } from "../../errors.ts";

const MAGIC = [0x42, 0x43, 0x46, 2]; // BCF, version 2

/** Fields of FORMAT that are put into lines, GT first. */
const FORMATS = ["GT", "PS", "PGT", "PID", "HP", "PL", "GL", "GP"];
const INFOS = ["END", "SVTYPE", "SVLEN"];

/**
 * The content of a file as text: BCF becomes lines of VCF, all else stays as it is.
 *
 * @param pieces the unpacked content
 * @throws UserError for BCF that is cut short or damaged, with the record
 */
export async function* asText(path: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  try {
    let kept = new Uint8Array();
    /** Reads on until there are so many bytes; false at the end. */
    const fill = async (length: number): Promise<boolean> => {
      while (kept.length < length) {
        const { done, value } = await source.next();
        if (done) return false;
        const larger = new Uint8Array(kept.length + value.length);
        larger.set(kept);
        larger.set(value, kept.length);
        kept = larger;
      }
      return true;
    };
    if (!await fill(MAGIC.length) || MAGIC.some((byte, i) => kept[i] !== byte)) {
      if (kept.length > 0) yield kept;
      for (let next; !(next = await source.next()).done;) yield next.value;
      return;
    }
    yield* bcfLines(path, fill, (length) => {
      const taken = kept.subarray(0, length);
      kept = kept.subarray(length);
      return taken;
    });
  } finally {
    await source.return?.();
  }
}

async function* bcfLines(
  path: string,
  fill: (length: number) => Promise<boolean>,
  take: (length: number) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let record = 0;
  const need = async (length: number) => {
    if (!await fill(length)) {
      const where = record === 0 ? "its header" : `record ${record}`;
      throw new UserError(`${path}: this BCF ends within ${where}: it is cut short`);
    }
    return take(length);
  };
  const int = (bytes: Uint8Array, at: number) =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
  await need(5);
  const header = new TextDecoder().decode(await need(int(await need(4), 0))).replace(/\0+$/, "");
  yield encoder.encode(header.endsWith("\n") ? header : `${header}\n`);
  const dictionary = dictionaryOf(header);
  while (await fill(1)) {
    record++;
    const lengths = await need(8);
    const [shared, own] = [int(lengths, 0), int(lengths, 4)];
    const bytes = await need(shared + own);
    try {
      yield encoder.encode(`${lineOf(bytes, shared, dictionary)}\n`);
    } catch (error) {
      throw new UserError(`${path}, record ${record}: this BCF is damaged: ${(error as Error).message}`);
    }
  }
}

interface Dictionary {
  strings: string[];
  contigs: string[];
}

/** Names by their numbers: in the order of the header's lines, or as its IDX has it. */
function dictionaryOf(header: string): Dictionary {
  const strings = ["PASS"];
  const contigs: string[] = [];
  for (const line of header.split("\n")) {
    const [, kind, fields] = /^##(contig|FILTER|INFO|FORMAT)=<(.*)>$/.exec(line.trimEnd()) ?? [];
    const name = /(?:^|,)ID=([^,>]+)/.exec(fields ?? "")?.[1];
    if (name === undefined) continue;
    const names = kind === "contig" ? contigs : strings;
    const number = /(?:^|,)IDX=(\d+)/.exec(fields!.replaceAll(/"[^"]*"/g, ""))?.[1];
    if (number !== undefined) names[Number(number)] = name;
    else if (!names.includes(name)) names.push(name);
  }
  return { strings, contigs };
}

/** A typed value: numbers, where null is missing and the end of a vector ends it, or a text. */
type Value = (number | null)[] | string;

/** Reads typed values one after the other. */
function valuesOf(bytes: Uint8Array, start: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  const type = (): [type: number, length: number] => {
    const head = view.getUint8(at++);
    return [head & 15, head >> 4 === 15 ? Number((value(...type()) as number[])[0]) : head >> 4];
  };
  function value(kind: number, length: number): Value {
    if (kind === 7) {
      const text = new TextDecoder().decode(bytes.subarray(at, at += length));
      return text.replace(/\0.*$/s, "");
    }
    const width = WIDTHS[kind];
    if (width === undefined) throw new Error(`there is no type ${kind}`);
    const out: (number | null)[] = [];
    for (let i = 0; i < length; i++, at += width) {
      if (kind === 5) {
        const bits = view.getUint32(at, true);
        if (bits !== 0x7f800002) out.push(bits === 0x7f800001 ? null : view.getFloat32(at, true));
        continue;
      }
      const number = kind === 1
        ? view.getInt8(at)
        : kind === 2
        ? view.getInt16(at, true)
        : view.getInt32(at, true);
      const lowest = -(2 ** (8 * width - 1));
      // The lowest number is missing, the next one ends a vector.
      if (number !== lowest + 1) out.push(number === lowest ? null : number);
    }
    return out;
  }
  return { type, value, next: (): Value => value(...type()), at: () => at };
}

const WIDTHS: Record<number, number | undefined> = { 0: 0, 1: 1, 2: 2, 3: 4, 5: 4 };

const textOf = (value: Value): string =>
  typeof value === "string" ? value : value.map((number) => number ?? ".").join(",");

function lineOf(bytes: Uint8Array, shared: number, { strings, contigs }: Dictionary): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameOf = (names: string[], number: number | null | undefined) => {
    const name = names[number ?? -1];
    if (name === undefined) throw new Error(`the header has no name for number ${number}`);
    return name;
  };
  const contig = nameOf(contigs, view.getInt32(0, true));
  const position = view.getInt32(4, true) + 1;
  const counts = view.getUint32(16, true);
  const samples = view.getUint32(20, true) & 0xffffff;
  const formats = view.getUint8(23);
  const values = valuesOf(bytes, 24);
  const id = textOf(values.next()) || ".";
  const [ref, ...alts] = Array.from({ length: counts >>> 16 }, () => textOf(values.next()));
  const filter = (values.next() as number[]).map((number) => nameOf(strings, number)).join(";") || ".";
  const infos: string[] = [];
  for (let i = counts & 0xffff; i > 0; i--) {
    const key = nameOf(strings, (values.next() as number[])[0]);
    const value = textOf(values.next());
    if (INFOS.includes(key)) infos.push(`${key}=${value}`);
  }
  const cells = new Map<string, string[]>();
  const own = valuesOf(bytes, shared);
  for (let f = 0; f < formats; f++) {
    const key = nameOf(strings, (own.next() as number[])[0]);
    const [kind, length] = own.type();
    const texts = Array.from({ length: samples }, () => {
      const value = own.value(kind, length);
      return key === "GT" ? callOf(value as (number | null)[]) : textOf(value) || ".";
    });
    if (FORMATS.includes(key)) cells.set(key, texts);
  }
  const keys = FORMATS.filter((key) => cells.has(key));
  const calls = Array.from({ length: samples }, (_, s) => keys.map((key) => cells.get(key)![s]).join(":"));
  const fixed = [contig, position, id, ref, alts.join(",") || ".", ".", filter, infos.join(";") || "."];
  return [...fixed, keys.join(":") || ".", ...calls].join("\t");
}

/** A genotype: each number is twice the allele's number plus one, and one more if it is phased with the one before. */
const callOf = (numbers: (number | null)[]): string =>
  numbers.length === 0 ? "." : numbers.map((number, i) => {
    const allele = number === null || number >> 1 === 0 ? "." : String((number >> 1) - 1);
    return i === 0 ? allele : `${(number ?? 0) & 1 ? "|" : "/"}${allele}`;
  }).join("");
