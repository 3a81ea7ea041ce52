import { countBuffers } from "./buffer.ts";
import type { Client } from "./client.ts";
import { type Compilable, type CompilerOptions, compilerOptions, encodeOptions } from "./compiler_options.ts";
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
  /** How many devices it runs on at once. */
  readonly partitions: number;
}

/**
 * Serialised CompileOptionsProto: executable_build_options (field 3) with device_ordinal (1) -1, one replica (4), so many
 * partitions (5), and for more than one use_spmd_partitioning (6) with use_shardy_partitioner (19): the compiler then
 * splits the program by the annotations of its arguments.
 */
function compileOptions(partitions: number, options: CompilerOptions): Uint8Array<ArrayBuffer> {
  const minusOne = [...new Array<number>(9).fill(0xff), 0x01];
  const build = [
    0x08,
    ...minusOne,
    0x20,
    0x01,
    0x28,
    partitions,
    ...(partitions > 1 ? [0x30, 0x01, 0x98, 0x01, 0x01] : []),
  ];
  return new Uint8Array([0x1a, build.length, ...build, ...encodeOptions(options)]);
}

/** A StableHLO module as text, and how it is to be compiled. */
export interface Source extends Compilable {
  readonly partitions?: number;
}

/** @throws PjrtError with the compiler's message. */
export function compile(client: Client, source: Source): Executable {
  const args = compileArguments(client, source);
  client.api.call("Client_Compile", args);
  return loadedExecutable(client, args[6]!, source.partitions ?? 1);
}

/** The same on another thread: the event loop goes on meanwhile. */
export async function compileAsync(client: Client, source: Source): Promise<Executable> {
  const args = compileArguments(client, source);
  await client.api.callAsync("Client_Compile", args);
  return loadedExecutable(client, args[6]!, source.partitions ?? 1);
}

function compileArguments(client: Client, source: Source): BigUint64Array<ArrayBuffer> {
  const options = compileOptions(source.partitions ?? 1, compilerOptions(client.platform, source));
  const code = utf8(source.text);
  const format = utf8("mlir");
  const program = struct(code, code.length, format, format.length);
  return struct(client.handle, program, options, options.length, 0);
}

/** What is known of a PJRT_LoadedExecutable. */
export function loadedExecutable(client: Client, handle: bigint, partitions: number): Executable {
  exitAtOnce();
  return withExecutable(client, handle, (executable) => {
    const outputs = struct(executable, 0);
    client.api.call("Executable_NumOutputs", outputs);
    return { client, handle, outputs: Number(outputs[3]!), partitions };
  });
}

/** A PJRT_LoadedExecutable hands out a PJRT_Executable that describes it and must be freed. */
export function withExecutable<T>(client: Client, handle: bigint, use: (executable: bigint) => T): T {
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

/** What one device is given and gives. */
export interface DeviceLists {
  /** [arguments] handles of the input buffers, to be filled before each run. */
  readonly inputs: BigUint64Array<ArrayBuffer>;
  /** [outputs] handles of the new output buffers after each run; the caller owns them. */
  readonly outputs: BigUint64Array<ArrayBuffer>;
}

/**
 * A prepared call of a program: the argument structs are built once and used for every execution. `inputs` and
 * `outputs` are those of the first device.
 */
export interface Launch extends DeviceLists {
  /** One for each device, the first included. */
  readonly devices: readonly DeviceLists[];
  /** Starts the program. Inputs whose index is in `keep` are not donated in this run. */
  run(keep?: readonly number[]): void;
}

/** Prepares calls of a program with a fixed number of arguments. Not to be used by two callers at once. */
export function prepareLaunch(executable: Executable, argumentCount: number): Launch {
  const devices = Array.from({ length: executable.partitions }, (): DeviceLists => ({
    inputs: new BigUint64Array(argumentCount),
    outputs: new BigUint64Array(executable.outputs),
  }));
  const kept = new BigInt64Array(argumentCount);
  const options = struct(0, 0, 0, 0, 0, kept, 0, 0, 0, 0, 0, 0);
  const args = struct(
    executable.handle,
    options,
    words(devices.map(({ inputs }) => inputs)),
    devices.length,
    argumentCount,
    words(devices.map(({ outputs }) => outputs)),
    0,
    0,
  );
  return {
    ...devices[0]!,
    devices,
    run(keep = []) {
      keep.forEach((index, i) => kept[i] = BigInt(index));
      options[8] = BigInt(keep.length);
      executable.client.api.call("LoadedExecutable_Execute", args);
      countBuffers(executable.outputs * devices.length);
    },
  };
}
