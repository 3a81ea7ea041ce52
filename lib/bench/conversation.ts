import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { UserError } from "../errors.ts";

/** A process that is asked in lines of JSON and answers each with a line of JSON. */
export interface Conversation {
  ask<T>(message: unknown): Promise<T>;
  /** Ends the process. */
  close(): Promise<void>;
}

const LAST_LINES = 6;

/**
 * Starts a process to talk to.
 *
 * @throws UserError if it cannot be started; `ask` does if it ends without an answer, with its last lines.
 */
export function converse(command: string, args: string[], env: Record<string, string> = {}): Conversation {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, { args, env, stdin: "piped", stdout: "piped", stderr: "piped" })
      .spawn();
  } catch (error) {
    throw new UserError(`${command} cannot be started: ${error instanceof Error ? error.message : error}`);
  }
  const writer = child.stdin.getWriter();
  const lines = createInterface({ input: Readable.fromWeb(child.stdout as unknown as NodeStream) })
    [Symbol.asyncIterator]();
  const complaints = new Response(child.stderr).text();
  return {
    async ask<T>(message: unknown) {
      // A process that has ended takes no more lines; its complaints say why.
      await writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n")).catch(() => {});
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value) as T;
      const said = (await complaints).trim().split("\n").slice(-LAST_LINES).join("\n");
      throw new UserError(`${[command, ...args].join(" ")} ended without an answer:\n${said}`);
    },
    async close() {
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}
