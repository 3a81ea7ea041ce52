/** What the Python side tells while a notebook runs. */
export type Event =
  | { event: "start"; cell: number }
  | { event: "end"; cell: number }
  | { event: "done" }
  | { event: "stopped" }
  | { event: "error"; name: string; message: string; traceback: string[] }
  /** The kernel's process ended; its exit code, negative for a signal. */
  | { event: "dead"; code: number | null };

/** The objects of a stream that holds one JSON object a line. */
export async function* readEvents<T = Event>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}
