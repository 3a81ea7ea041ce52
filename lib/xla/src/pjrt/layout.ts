/**
 * What is used of the PJRT C API, as `pjrt_c_api.h` of version 0.90 declares it: the one place for places and layouts.
 * Versions 0.x only append, to the table of functions as to structs.
 */

export const MAJOR = 0;
/** The oldest minor version whose structs and functions are all used as they are here. */
export const OLDEST_MINOR = 54;

/**
 * Of each function: the number of function pointers before it in the struct PJRT_Api, and the fields of its argument
 * struct, results included.
 */
const FUNCTIONS = {
  Error_Destroy: [0, "error"],
  Error_Message: [1, "error message message_size"],
  Error_GetCode: [2, "error code"],
  Plugin_Initialize: [3],
  Event_Destroy: [5, "event"],
  Event_IsReady: [6, "event is_ready"],
  Event_Await: [8, "event"],
  Client_Create: [
    10,
    "create_options num_options kv_get_callback kv_get_user_arg kv_put_callback kv_put_user_arg",
    "client kv_try_get_callback kv_try_get_user_arg",
  ],
  Client_PlatformName: [12, "client platform_name platform_name_size"],
  Client_PlatformVersion: [14, "client platform_version platform_version_size"],
  Client_AddressableDevices: [16, "client addressable_devices num_addressable_devices"],
  Client_Compile: [20, "client program compile_options compile_options_size executable"],
  Client_BufferFromHostBuffer: [
    22,
    "client data type dims num_dims byte_strides num_byte_strides host_buffer_semantics device",
    "memory device_layout done_with_host_buffer buffer",
  ],
  DeviceDescription_Kind: [26, "device_description device_kind device_kind_size"],
  Device_GetDescription: [29, "device device_description"],
  Device_MemoryStats: [
    34,
    "device bytes_in_use",
    "peak_bytes_in_use peak_bytes_in_use_is_set num_allocs num_allocs_is_set",
    "largest_alloc_size largest_alloc_size_is_set bytes_limit bytes_limit_is_set",
    "bytes_reserved bytes_reserved_is_set peak_bytes_reserved peak_bytes_reserved_is_set",
    "bytes_reservable_limit bytes_reservable_limit_is_set largest_free_block_bytes largest_free_block_bytes_is_set",
    "pool_bytes pool_bytes_is_set peak_pool_bytes peak_pool_bytes_is_set",
  ],
  Executable_Destroy: [40, "executable"],
  Executable_NumOutputs: [44, "executable num_outputs"],
  Executable_Serialize: [
    49,
    "executable serialized_bytes serialized_bytes_size serialized_executable",
    "serialized_executable_deleter",
  ],
  LoadedExecutable_Destroy: [50, "executable"],
  LoadedExecutable_GetExecutable: [51, "loaded_executable executable"],
  LoadedExecutable_Execute: [
    55,
    "executable options argument_lists num_devices num_args output_lists device_complete_events",
    "execute_device",
  ],
  Executable_DeserializeAndLoad: [
    56,
    "client serialized_executable serialized_executable_size loaded_executable",
    "overridden_compile_options overridden_compile_options_size",
  ],
  Buffer_Destroy: [58, "buffer"],
  Buffer_CopyToDevice: [69, "buffer dst_device dst_buffer"],
  Buffer_ToHostBuffer: [70, "src host_layout dst dst_size event"],
  Buffer_ReadyEvent: [72, "buffer event"],
  Executable_GetCompiledMemoryStats: [
    96,
    "executable generated_code_size_in_bytes argument_size_in_bytes output_size_in_bytes",
    "alias_size_in_bytes temp_size_in_bytes host_generated_code_size_in_bytes",
    "host_argument_size_in_bytes host_output_size_in_bytes host_alias_size_in_bytes",
    "host_temp_size_in_bytes peak_memory_in_bytes total_size_in_bytes",
  ],
} as const;

/** Structs that arguments point at. */
const STRUCTS = {
  Program: ["code code_size format format_size"],
  ExecuteOptions: [
    "send_callbacks recv_callbacks num_send_ops num_recv_ops launch_id non_donatable_input_indices",
    "num_non_donatable_input_indices context call_location num_tasks task_ids incarnation_ids",
  ],
  NamedValue: ["name name_size type value value_size"],
} as const;

export type FunctionName = keyof typeof FUNCTIONS;
export type StructName = FunctionName | keyof typeof STRUCTS;

type Words<S> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;
type Layouts = typeof FUNCTIONS & typeof STRUCTS;

/** The fields of a struct. */
export type Field<N extends StructName> = Words<Extract<Layouts[N][number], string>>;

/** Bytes before the first function pointer: struct_size, extension_start, and the embedded PJRT_Api_Version. */
const TABLE_HEADER = 16 + 24;

/** Where the pointer to a function is in PJRT_Api, in bytes. */
export const offsetOf = (name: FunctionName): number => TABLE_HEADER + 8 * FUNCTIONS[name][0];

const fields = new Map(
  Object.entries({ ...FUNCTIONS, ...STRUCTS }).map(([name, layout]) => {
    const lines = layout.filter((part) => typeof part === "string");
    return [name, lines.flatMap((line) => line.split(" "))];
  }),
) as Map<StructName, string[]>;

/** Words of 8 bytes before the first field of a struct: struct_size and extension_start. */
const HEADER = 2;

/** The names of a struct's fields, in order: each, whatever its C type, starts on a boundary of 8 bytes. */
export const fieldsOf = <N extends StructName>(name: N): readonly Field<N>[] =>
  fields.get(name)! as Field<N>[];

/** The index of a field among the words of a struct. */
export const wordOf = <N extends StructName>(name: N, field: Field<N>): number =>
  HEADER + fieldsOf(name).indexOf(field);

/** PJRT_Buffer_Type of each element type, by its StableHLO name. */
export const BUFFER_TYPE = { i1: 1, i32: 4, ui32: 8, f32: 11 } as const;

/** PJRT_HostBufferSemantics: the plugin copies what it is given before the call returns. */
export const IMMUTABLE_ONLY_DURING_CALL = 0;

/** PJRT_NamedValue_Type of each type of JavaScript. */
export const VALUE_TYPE = { string: 0, bigint: 1, number: 3, boolean: 4 } as const;

/** Codes of PJRT_Error_Code, which are those of absl::StatusCode. */
export const ERROR_CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];
