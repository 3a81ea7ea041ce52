import { loadPlugin, type PjrtApi } from "./api.ts";
import { addFlags } from "./compiler_options.ts";
import { type NamedValue, namedValues } from "./named_values.ts";
import { readText, struct } from "./struct.ts";

/** One plugin, its client and the device that programs run on. */
export interface Client {
  readonly api: PjrtApi;
  readonly handle: bigint;
  readonly device: bigint;
  /** All devices, the first of them being `device`: programs over a mesh run on several. */
  readonly devices: readonly bigint[];
  /** For example "cpu" or "cuda". */
  readonly platform: string;
  readonly platformVersion: string;
  /** The kind of the device, for example "cpu" or "NVIDIA H200". */
  readonly deviceKind: string;
}

export interface ClientOptions {
  /** How many devices the CPU is to be; other plugins ignore it. The plugin decides if it is not given. */
  cpuDevices?: number;
  /** Further options of the plugin's own, such as `preallocate: false` of the one for NVIDIA GPUs. */
  createOptions?: Readonly<Record<string, NamedValue>>;
}

/** Loads a plugin and creates its client; the first addressable device is used. */
export function createClient(
  pluginPath: string,
  { cpuDevices, createOptions = {} }: ClientOptions = {},
): Client {
  addFlags();
  const api = loadPlugin(pluginPath);
  const options = cpuDevices === undefined
    ? createOptions
    : { ...createOptions, cpu_device_count: BigInt(cpuDevices) };
  const create = struct(namedValues(options), Object.keys(options).length, 0, 0, 0, 0, 0, 0, 0);
  api.call("Client_Create", create);
  const handle = create[8]!;

  const list = struct(handle, 0, 0);
  api.call("Client_AddressableDevices", list);
  const count = Number(list[4]!);
  if (count === 0) throw new Error(`${pluginPath}: the client has no device`);
  const view = new Deno.UnsafePointerView(Deno.UnsafePointer.create(list[3]!)!);
  const devices = Array.from({ length: count }, (_, i) => view.getBigUint64(8 * i));
  const device = devices[0]!;

  const description = struct(device, 0);
  api.call("Device_GetDescription", description);
  const text = (
    name: "Client_PlatformName" | "Client_PlatformVersion" | "DeviceDescription_Kind",
    of: bigint,
  ) => {
    const args = struct(of, 0, 0);
    api.call(name, args);
    return readText(args[3]!, args[4]!);
  };
  return {
    api,
    handle,
    device,
    devices,
    platform: text("Client_PlatformName", handle),
    platformVersion: text("Client_PlatformVersion", handle),
    deviceKind: text("DeviceDescription_Kind", description[3]!),
  };
}
