import { countBuffers } from "./buffer.ts";
import type { Client } from "./client.ts";
import { type Compilable, type CompilerOptions, compilerOptions, encodeOptions } from "./compiler_options.ts";
import { exitAtOnce } from "./exit.ts";
import { wordOf } from "./layout.ts";
import { type Fields, struct, utf8, words } from "./struct.ts";

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
interface Source extends Compilable {
  readonly partitions?: number;
}

/** @throws PjrtError with the compiler's message. */
export function compile(client: Client, source: Source): Executable {
  const { executable } = client.api.call("Client_Compile", compileArguments(client, source));
  return loadedExecutable(client, executable, source.partitions ?? 1);
}

/** The same on another thread: the event loop goes on meanwhile. */
export async function compileAsync(client: Client, source: Source): Promise<Executable> {
  const { executable } = await client.api.callAsync("Client_Compile", compileArguments(client, source));
  return loadedExecutable(client, executable, source.partitions ?? 1);
}

function compileArguments(client: Client, source: Source): Fields<"Client_Compile"> {
  const options = compileOptions(source.partitions ?? 1, compilerOptions(client.platform, source));
  const code = utf8(source.text);
  const format = utf8("mlir");
  const program = struct("Program", {
    code,
    code_size: code.length,
    format,
    format_size: format.length,
  });
  return {
    client: client.handle,
    program,
    compile_options: options,
    compile_options_size: options.length,
  };
}

/** What is known of a PJRT_LoadedExecutable. */
export function loadedExecutable(client: Client, handle: bigint, partitions: number): Executable {
  exitAtOnce();
  return withExecutable(client, handle, (executable) => {
    const { num_outputs } = client.api.call("Executable_NumOutputs", { executable });
    return { client, handle, outputs: Number(num_outputs), partitions };
  });
}

/** A PJRT_LoadedExecutable hands out a PJRT_Executable that describes it and must be freed. */
export function withExecutable<T>(client: Client, handle: bigint, use: (executable: bigint) => T): T {
  const { executable } = client.api.call("LoadedExecutable_GetExecutable", { loaded_executable: handle });
  try {
    return use(executable);
  } finally {
    client.api.call("Executable_Destroy", { executable });
  }
}

/** The compiled memory statistics (PJRT_Executable_GetCompiledMemoryStats). */
export function programMemory({ client, handle }: Executable): ProgramMemory {
  return withExecutable(client, handle, (executable) => {
    const stats = client.api.call("Executable_GetCompiledMemoryStats", { executable });
    const bytes = (size: bigint) => Number(BigInt.asIntN(64, size));
    const memory = {
      code: bytes(stats.generated_code_size_in_bytes),
      arguments: bytes(stats.argument_size_in_bytes),
      outputs: bytes(stats.output_size_in_bytes),
      aliased: bytes(stats.alias_size_in_bytes),
      temporary: bytes(stats.temp_size_in_bytes),
    };
    return { ...memory, peak: memory.arguments + memory.outputs - memory.aliased + memory.temporary };
  });
}

export function destroyExecutable({ client, handle }: Executable): void {
  client.api.call("LoadedExecutable_Destroy", { executable: handle });
}

/** What one device is given and gives. */
interface DeviceLists {
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
  const options = struct("ExecuteOptions", { non_donatable_input_indices: kept });
  const count = wordOf("ExecuteOptions", "num_non_donatable_input_indices");
  const args = struct("LoadedExecutable_Execute", {
    executable: executable.handle,
    options,
    argument_lists: words(devices.map(({ inputs }) => inputs)),
    num_devices: devices.length,
    num_args: argumentCount,
    output_lists: words(devices.map(({ outputs }) => outputs)),
  });
  return {
    ...devices[0]!,
    devices,
    run(keep = []) {
      keep.forEach((index, i) => kept[i] = BigInt(index));
      options[count] = BigInt(keep.length);
      executable.client.api.run("LoadedExecutable_Execute", args);
      countBuffers(executable.outputs * devices.length);
    },
  };
}
