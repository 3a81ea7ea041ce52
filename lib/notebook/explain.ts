/** A failed cell in a few lines, for JupyterLab: { source, failure } as JSON on standard input. */
import { describeFailure } from "./execute.ts";

const { source, failure } = await new Response(Deno.stdin.readable).json();
console.log(await describeFailure(source, failure, "this cell"));
