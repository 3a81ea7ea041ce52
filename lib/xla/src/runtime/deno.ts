import type { CFunction, Library, Pointer, Runtime, Signature, Signatures } from "./runtime.ts";

type Definition = Deno.ForeignFunction;

const asDenos = (pointer: Pointer): Deno.PointerObject<Definition> => pointer as unknown as never;

/** Deno reads the whole definition at each call: a word more is felt. */
function bind(pointer: Pointer, definition: Signature & { nonblocking?: true }): unknown {
  const fn = new Deno.UnsafeFnPointer(asDenos(pointer), definition as Definition);
  return fn.call.bind(fn);
}

/** Deno's own foreign functions. */
export const deno: Runtime = {
  openLibrary<S extends Signatures>(path: string, signatures: S): Library<S> {
    const library = Deno.dlopen(path, signatures as Deno.ForeignLibraryInterface);
    return {
      symbols: library.symbols as unknown as Library<S>["symbols"],
      close: () => library.close(),
    };
  },
  functionAt: <S extends Signature>(pointer: Pointer, signature: S) =>
    bind(pointer, signature) as CFunction<S>,
  asyncFunctionAt: (pointer, signature) => bind(pointer, { ...signature, nonblocking: true }) as never,
  pointerAt: (address) => Deno.UnsafePointer.create(address) as unknown as Pointer | null,
  addressIn: (pointer) => Deno.UnsafePointer.value(asDenos(pointer)),
  addressOf: (array) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(array)),
  readInto: (array, from) => Deno.UnsafePointerView.copyInto(asDenos(from), array),
  get target() {
    return Deno.build.target;
  },
  freeMemory() {
    const { available, swapFree } = Deno.systemMemoryInfo();
    return available + swapFree;
  },
  atExit: (run) => globalThis.addEventListener("unload", run),
};
