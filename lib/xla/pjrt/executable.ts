import { countBuffers } from "./buffer.ts";
import type { Client } from "./client.ts";
import { addressOf, readBytes, struct, utf8 } from "./struct.ts";

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
  const code = utf8(stablehlo);
  const format = utf8("mlir");
  const program = struct(addressOf(code), code.length, addressOf(format), format.length);
  const args = struct(
    client.handle,
    addressOf(program),
    addressOf(COMPILE_OPTIONS),
    COMPILE_OPTIONS.length,
    0,
  );
  client.api.call("Client_Compile", args);
  return loaded(client, args[6]!);
}

function loaded(client: Client, handle: bigint): Executable {
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

const FREE = { parameters: ["pointer"], result: "void" } as const;

/** The compiled program in the plugin's own form, to be kept on disk. */
export function serialize({ client, handle }: Executable): Uint8Array<ArrayBuffer> {
  return withExecutable(client, handle, (executable) => {
    const args = struct(executable, 0, 0, 0, 0);
    client.api.call("Executable_Serialize", args);
    const bytes = readBytes(args[3]!, args[4]!);
    const free = Deno.UnsafePointer.create<typeof FREE>(args[6]!);
    if (free !== null) new Deno.UnsafeFnPointer(free, FREE).call(Deno.UnsafePointer.create(args[5]!));
    return bytes;
  });
}

/** Loads what `serialize` gave. @throws PjrtError if the bytes are not a program of this plugin. */
export function deserialize(client: Client, bytes: Uint8Array<ArrayBuffer>): Executable {
  const args = struct(client.handle, addressOf(bytes), bytes.length, 0, 0, 0);
  client.api.call("Executable_DeserializeAndLoad", args);
  return loaded(client, args[5]!);
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
  run(keep?: BigInt64Array<ArrayBuffer>): void;
}

/** Prepares calls of a program with a fixed number of arguments. Not to be used by two callers at once. */
export function prepareLaunch(executable: Executable, argumentCount: number): Launch {
  const inputs = new BigUint64Array(argumentCount);
  const outputs = new BigUint64Array(executable.outputs);
  const inputLists = new BigUint64Array([addressOf(inputs)]);
  const outputLists = new BigUint64Array([addressOf(outputs)]);
  const options = struct(...new Array<number>(12).fill(0));
  const args = struct(
    executable.handle,
    addressOf(options),
    addressOf(inputLists),
    1,
    argumentCount,
    addressOf(outputLists),
    0,
    0,
  );
  // The plugin reads and writes these arrays through the addresses above, so they must live as long as the launch.
  const kept = { inputLists, outputLists, options };
  return {
    inputs,
    outputs,
    run(keep) {
      kept.options[7] = keep ? addressOf(keep) : 0n;
      kept.options[8] = BigInt(keep?.length ?? 0);
      executable.client.api.call("LoadedExecutable_Execute", args);
      countBuffers(outputs.length);
    },
  };
}
