import { countBuffers } from "./buffer.ts";
import type { Client } from "./client.ts";
import { exitAtOnce } from "./exit.ts";
import { struct, utf8, words } from "./struct.ts";

/** What the compiler says a program needs, in bytes: exact, and known before it runs. */
export interface ProgramMemory {
  code: number;
  /** Inputs, variables included. */
  arguments: number;
  outputs: number;
  /** Outputs that are written into donated inputs. */
  aliased: number;
  /** What the program needs beside its inputs and outputs. */
  temporary: number;
  /** arguments + outputs - aliased + temporary. */
  peak: number;
}

/** A compiled program on its device. */
export interface Executable {
  readonly client: Client;
  readonly handle: bigint;
  readonly outputs: number;
}

/**
 * Serialised CompileOptionsProto: executable_build_options (field 3) with device_ordinal -1, one replica and
 * one partition, as every plugin expects for a program that runs on one device.
 */
const COMPILE_OPTIONS = new Uint8Array([
  0x1a,
  0x0f,
  0x08,
  ...new Array<number>(9).fill(0xff),
  0x01,
  0x20,
  0x01,
  0x28,
  0x01,
]);

/** Compiles a StableHLO module given as text. @throws PjrtError with the compiler's message. */
export function compile(client: Client, stablehlo: string): Executable {
  const args = compileArguments(client, stablehlo);
  client.api.call("Client_Compile", args);
  return compiled(client, args[6]!);
}

/** The same on another thread: the event loop goes on meanwhile. */
export async function compileAsync(client: Client, stablehlo: string): Promise<Executable> {
  const args = compileArguments(client, stablehlo);
  await client.api.callAsync("Client_Compile", args);
  return compiled(client, args[6]!);
}

function compileArguments(client: Client, stablehlo: string): BigUint64Array<ArrayBuffer> {
  const code = utf8(stablehlo);
  const format = utf8("mlir");
  const program = struct(code, code.length, format, format.length);
  return struct(client.handle, program, COMPILE_OPTIONS, COMPILE_OPTIONS.length, 0);
}

function compiled(client: Client, handle: bigint): Executable {
  exitAtOnce();
  return withExecutable(client, handle, (executable) => {
    const outputs = struct(executable, 0);
    client.api.call("Executable_NumOutputs", outputs);
    return { client, handle, outputs: Number(outputs[3]!) };
  });
}

/** A PJRT_LoadedExecutable hands out a PJRT_Executable that describes it and must be freed. */
function withExecutable<T>(client: Client, handle: bigint, use: (executable: bigint) => T): T {
  const get = struct(handle, 0);
  client.api.call("LoadedExecutable_GetExecutable", get);
  try {
    return use(get[3]!);
  } finally {
    client.api.call("Executable_Destroy", struct(get[3]!));
  }
}

/** The compiled memory statistics (PJRT_Executable_GetCompiledMemoryStats). */
export function programMemory({ client, handle }: Executable): ProgramMemory {
  return withExecutable(client, handle, (executable) => {
    const args = struct(executable, ...new Array<number>(12).fill(0));
    client.api.call("Executable_GetCompiledMemoryStats", args);
    const bytes = (word: number) => Number(BigInt.asIntN(64, args[word]!));
    const memory = {
      code: bytes(3),
      arguments: bytes(4),
      outputs: bytes(5),
      aliased: bytes(6),
      temporary: bytes(7),
    };
    return { ...memory, peak: memory.arguments + memory.outputs - memory.aliased + memory.temporary };
  });
}

export function destroyExecutable({ client, handle }: Executable): void {
  client.api.call("LoadedExecutable_Destroy", struct(handle));
}

/** A prepared call of a program: the argument structs are built once and used for every execution. */
export interface Launch {
  /** [arguments] handles of the input buffers, to be filled before each run. */
  readonly inputs: BigUint64Array<ArrayBuffer>;
  /** [outputs] handles of the new output buffers after each run; the caller owns them. */
  readonly outputs: BigUint64Array<ArrayBuffer>;
  /** Starts the program. Inputs whose index is in `keep` are not donated in this run. */
  run(keep?: readonly number[]): void;
}

/** Prepares calls of a program with a fixed number of arguments. Not to be used by two callers at once. */
export function prepareLaunch(executable: Executable, argumentCount: number): Launch {
  const inputs = new BigUint64Array(argumentCount);
  const outputs = new BigUint64Array(executable.outputs);
  const kept = new BigInt64Array(argumentCount);
  const options = struct(0, 0, 0, 0, 0, kept, 0, 0, 0, 0, 0, 0);
  const args = struct(
    executable.handle,
    options,
    words([inputs]),
    1,
    argumentCount,
    words([outputs]),
    0,
    0,
  );
  return {
    inputs,
    outputs,
    run(keep = []) {
      keep.forEach((index, i) => kept[i] = BigInt(index));
      options[8] = BigInt(keep.length);
      executable.client.api.call("LoadedExecutable_Execute", args);
      countBuffers(outputs.length);
    },
  };
}
