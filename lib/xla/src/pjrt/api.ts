import { resolve } from "node:path";
import {
  type AsyncCFunction,
  type CFunction,
  type Pointer,
  runtime,
  RuntimeMissing,
} from "../runtime/mod.ts";
import { codeName, PjrtError } from "./errors.ts";
import { type Field, type FunctionName, MAJOR, offsetOf, OLDEST_MINOR } from "./layout.ts";
import { checkLibrary } from "./library.ts";
import { type Fields, fieldsIn, readText, struct, wordsAt } from "./struct.ts";

const CALL = { parameters: ["buffer"], result: "pointer" } as const;
const LIBRARY = { GetPjrtApi: { parameters: [], result: "pointer" } } as const;

/** The first fields of the function table, up to the version's two numbers. */
const HEADER_WORDS = 5;

/** The function table of a loaded plugin. */
export interface PjrtApi {
  readonly path: string;
  readonly version: string;
  /** Calls a function. @returns its argument struct afterwards @throws PjrtError with the plugin's own message. */
  call<N extends FunctionName>(name: N, fields: Fields<N>): Record<Field<N>, bigint>;
  /** The same on another thread: the event loop goes on meanwhile. What fields point at must stay untouched until then. */
  callAsync<N extends FunctionName>(name: N, fields: Fields<N>): Promise<Record<Field<N>, bigint>>;
  /** Calls a function with a struct that is there already. @throws PjrtError */
  run(name: FunctionName, args: BufferSource): void;
  /** The address of a function, for a caller of its own. */
  address(name: FunctionName): Pointer;
}

/**
 * Loads a PJRT plugin (a shared library that exports GetPjrtApi) and initialises it.
 *
 * @throws Error if there is no path, the file is no plugin, or speaks a version of the API that is not understood here.
 */
export function loadPlugin(path: string): PjrtApi {
  if (typeof path !== "string") {
    throw new Error(
      `registerXla: expected the path of a PJRT plugin, found ${path}; is PJRT_PLUGIN_LIBRARY_PATH set?`,
    );
  }
  let getApi: () => Pointer | null;
  try {
    checkLibrary(path);
    // Without a folder in the name the system would look in its own folders instead.
    getApi = runtime.openLibrary(resolve(path), LIBRARY).symbols.GetPjrtApi;
  } catch (error) {
    if (error instanceof RuntimeMissing) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} is not a PJRT plugin (a shared library that exports GetPjrtApi): ${reason}`);
  }
  const table = getApi();
  if (table === null) throw new Error(`${path}: GetPjrtApi returned no table`);
  const start = runtime.addressIn(table);
  const header = wordsAt(start, HEADER_WORDS);
  const size = Number(header[0]);
  const [major, minor] = new Int32Array(header.buffer, 32) as unknown as [number, number];
  if (major !== MAJOR || minor < OLDEST_MINOR) {
    throw new Error(
      `${path} speaks PJRT API ${major}.${minor}; expected ${MAJOR}.${OLDEST_MINOR} or a later ${MAJOR}.x`,
    );
  }

  const address = (name: FunctionName): Pointer => {
    const offset = offsetOf(name);
    const pointer = offset < size ? runtime.pointerAt(wordsAt(start + BigInt(offset), 1)[0]!) : null;
    if (pointer === null) throw new Error(`${path} (PJRT API ${major}.${minor}) lacks PJRT_${name}`);
    return pointer;
  };
  const sync = new Map<FunctionName, CFunction<typeof CALL>>();
  const async = new Map<FunctionName, AsyncCFunction<typeof CALL>>();
  const api: PjrtApi = {
    path,
    version: `${major}.${minor}`,
    address,
    run(name, args) {
      let fn = sync.get(name);
      if (!fn) sync.set(name, fn = runtime.functionAt(address(name), CALL));
      const error = fn(args);
      if (error !== null) throw takeError(api, error, name);
    },
    call(name, fields) {
      const args = struct(name, fields);
      api.run(name, args);
      return fieldsIn(name, args);
    },
    async callAsync(name, fields) {
      const args = struct(name, fields);
      let fn = async.get(name);
      if (!fn) async.set(name, fn = runtime.asyncFunctionAt(address(name), CALL));
      const error = await fn(args);
      if (error !== null) throw takeError(api, error, name);
      return fieldsIn(name, args);
    },
  };
  api.call("Plugin_Initialize", {});
  return api;
}

/** Turns a PJRT_Error into a JavaScript error and frees it. */
function takeError(api: PjrtApi, pointer: Pointer, where: string): PjrtError {
  const error = runtime.addressIn(pointer);
  const { message, message_size } = callVoid(api, "Error_Message", { error });
  const { code } = callVoid(api, "Error_GetCode", { error });
  const result = new PjrtError(
    codeName(Number(code & 0xffffffffn)),
    readText(message, message_size),
    `PJRT_${where}`,
  );
  callVoid(api, "Error_Destroy", { error });
  return result;
}

const VOID = { parameters: ["buffer"], result: "void" } as const;

function callVoid<N extends FunctionName>(
  api: PjrtApi,
  name: N,
  fields: Fields<N>,
): Record<Field<N>, bigint> {
  const args = struct(name, fields);
  runtime.functionAt(api.address(name), VOID)(args);
  return fieldsIn(name, args);
}
