import { resolve } from "node:path";
import { codeName, PjrtError } from "./errors.ts";
import { checkLibrary } from "./library.ts";
import { readText, struct } from "./struct.ts";

/**
 * The functions of the PJRT C API that are used here, with their place in the PJRT_Api struct: the number of
 * function pointers before them (pjrt_c_api.h, version 0.90; the order never changes, later versions append).
 */
const FUNCTIONS = {
  Error_Destroy: 0,
  Error_Message: 1,
  Error_GetCode: 2,
  Plugin_Initialize: 3,
  Event_Destroy: 5,
  Event_IsReady: 6,
  Event_Await: 8,
  Client_Create: 10,
  Client_PlatformName: 12,
  Client_PlatformVersion: 14,
  Client_AddressableDevices: 16,
  Client_Compile: 20,
  Client_BufferFromHostBuffer: 22,
  DeviceDescription_Kind: 26,
  Device_GetDescription: 29,
  Device_MemoryStats: 34,
  Executable_Destroy: 40,
  Executable_NumOutputs: 44,
  Executable_Serialize: 49,
  LoadedExecutable_Destroy: 50,
  LoadedExecutable_GetExecutable: 51,
  LoadedExecutable_Execute: 55,
  Executable_DeserializeAndLoad: 56,
  Buffer_Destroy: 58,
  Buffer_CopyToDevice: 69,
  Buffer_ToHostBuffer: 70,
  Buffer_ReadyEvent: 72,
  Executable_GetCompiledMemoryStats: 96,
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

/** Bytes before the first function pointer: struct_size, extension_start, and the embedded PJRT_Api_Version. */
const HEADER_BYTES = 16 + 24;
const MAJOR = 0;
/** The oldest minor version whose structs and functions are all used as they are here. */
const OLDEST_MINOR = 54;

const SYNC = { parameters: ["buffer"], result: "pointer" } as const;
const ASYNC = { parameters: ["buffer"], result: "pointer", nonblocking: true } as const;

/** The function table of a loaded plugin. */
export interface PjrtApi {
  readonly path: string;
  readonly version: string;
  /** Calls a function with its argument struct. @throws PjrtError with the plugin's own message. */
  call(name: FunctionName, args: BufferSource): void;
  /** The same on another thread: the event loop goes on meanwhile. `args` must stay untouched until then. */
  callAsync(name: FunctionName, args: BufferSource): Promise<void>;
  /** The address of a function, for a caller of its own. */
  address<T>(name: FunctionName): Deno.PointerObject<T>;
}

/**
 * Loads a PJRT plugin (a shared library that exports GetPjrtApi) and initialises it.
 *
 * @throws Error if the file is no plugin, or speaks a version of the API that is not understood here.
 */
export function loadPlugin(path: string): PjrtApi {
  let getApi: () => Deno.PointerValue;
  try {
    checkLibrary(path);
    // Without a folder in the name the system would look in its own folders instead.
    getApi =
      Deno.dlopen(resolve(path), { GetPjrtApi: { parameters: [], result: "pointer" } }).symbols.GetPjrtApi;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} is not a PJRT plugin (a shared library that exports GetPjrtApi): ${reason}`);
  }
  const table = getApi();
  if (table === null) throw new Error(`${path}: GetPjrtApi returned no table`);
  const view = new Deno.UnsafePointerView(table);
  const size = Number(view.getBigUint64(0));
  const [major, minor] = [view.getInt32(32), view.getInt32(36)];
  if (major !== MAJOR || minor < OLDEST_MINOR) {
    throw new Error(
      `${path} speaks PJRT API ${major}.${minor}; expected ${MAJOR}.${OLDEST_MINOR} or a later ${MAJOR}.x`,
    );
  }

  const address = <T>(name: FunctionName): Deno.PointerObject<T> => {
    const offset = HEADER_BYTES + 8 * FUNCTIONS[name];
    const pointer = offset < size ? view.getPointer<T>(offset) : null;
    if (pointer === null) throw new Error(`${path} (PJRT API ${major}.${minor}) lacks PJRT_${name}`);
    return pointer;
  };
  const sync = new Map<FunctionName, Deno.UnsafeFnPointer<typeof SYNC>>();
  const async = new Map<FunctionName, Deno.UnsafeFnPointer<typeof ASYNC>>();
  const api: PjrtApi = {
    path,
    version: `${major}.${minor}`,
    address,
    call(name, args) {
      let fn = sync.get(name);
      if (!fn) sync.set(name, fn = new Deno.UnsafeFnPointer(address(name), SYNC));
      const error = fn.call(args);
      if (error !== null) throw takeError(api, error, name);
    },
    async callAsync(name, args) {
      let fn = async.get(name);
      if (!fn) async.set(name, fn = new Deno.UnsafeFnPointer(address(name), ASYNC));
      const error = await fn.call(args);
      if (error !== null) throw takeError(api, error, name);
    },
  };
  api.call("Plugin_Initialize", struct());
  return api;
}

/** Turns a PJRT_Error into a JavaScript error and frees it. */
function takeError(api: PjrtApi, error: Deno.PointerObject, where: string): PjrtError {
  const handle = Deno.UnsafePointer.value(error);
  const message = struct(handle, 0, 0);
  callVoid(api, "Error_Message", message);
  const code = struct(handle, 0);
  callVoid(api, "Error_GetCode", code);
  const result = new PjrtError(
    codeName(Number(code[3]! & 0xffffffffn)),
    readText(message[3]!, message[4]!),
    `PJRT_${where}`,
  );
  callVoid(api, "Error_Destroy", struct(handle));
  return result;
}

const VOID = { parameters: ["buffer"], result: "void" } as const;

function callVoid(api: PjrtApi, name: FunctionName, args: BigUint64Array<ArrayBuffer>): void {
  new Deno.UnsafeFnPointer(api.address(name), VOID).call(args);
}
