import { loadPlugin, type PjrtApi } from "./api.ts";
import { addFlags } from "./compiler_options.ts";
import { type NamedValue, namedValues } from "./named_values.ts";
import { readText, wordsAt } from "./struct.ts";

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
  const { client } = api.call("Client_Create", {
    create_options: namedValues(options),
    num_options: Object.keys(options).length,
  });

  const list = api.call("Client_AddressableDevices", { client });
  const count = Number(list.num_addressable_devices);
  if (count === 0) throw new Error(`${pluginPath}: the client has no device`);
  const devices = [...wordsAt(list.addressable_devices, count)];
  const device = devices[0]!;

  const { device_description } = api.call("Device_GetDescription", { device });
  const { device_kind, device_kind_size } = api.call("DeviceDescription_Kind", { device_description });
  const { platform_name, platform_name_size } = api.call("Client_PlatformName", { client });
  const { platform_version, platform_version_size } = api.call("Client_PlatformVersion", { client });
  return {
    api,
    handle: client,
    device,
    devices,
    platform: readText(platform_name, platform_name_size),
    platformVersion: readText(platform_version, platform_version_size),
    deviceKind: readText(device_kind, device_kind_size),
  };
}
