import { loadPlugin, type PjrtApi } from "./api.ts";
import { readText, struct } from "./struct.ts";

/** One plugin, its client and the device that programs run on. */
export interface Client {
  readonly api: PjrtApi;
  readonly handle: bigint;
  readonly device: bigint;
  /** For example "cpu" or "cuda". */
  readonly platform: string;
  readonly platformVersion: string;
  /** The kind of the device, for example "cpu" or "NVIDIA H200". */
  readonly deviceKind: string;
  readonly deviceCount: number;
}

/** Loads a plugin and creates its client; the first addressable device is used. */
export function createClient(pluginPath: string): Client {
  const api = loadPlugin(pluginPath);
  const create = struct(0, 0, 0, 0, 0, 0, 0, 0, 0);
  api.call("Client_Create", create);
  const handle = create[8]!;

  const devices = struct(handle, 0, 0);
  api.call("Client_AddressableDevices", devices);
  const deviceCount = Number(devices[4]!);
  if (deviceCount === 0) throw new Error(`${pluginPath}: the client has no device`);
  const device = new Deno.UnsafePointerView(Deno.UnsafePointer.create(devices[3]!)!).getBigUint64(0);

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
    deviceCount,
    platform: text("Client_PlatformName", handle),
    platformVersion: text("Client_PlatformVersion", handle),
    deviceKind: text("DeviceDescription_Kind", description[3]!),
  };
}
