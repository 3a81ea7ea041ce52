/** What this package asks of the program that runs it: calls of C functions, and a little about the machine. */

declare const OPAQUE: unique symbol;

/** Thrown where there is nothing to call C functions with. */
export class RuntimeMissing extends Error {}

/** An address as C functions are given it; what it is differs between runtimes. NULL is null. */
export interface Pointer {
  readonly [OPAQUE]: never;
}

/** The types of C that functions here have. A "buffer" is a pointer to the bytes of an array, not copied. */
export type CType = "void" | "i32" | "u32" | "u64" | "usize" | "pointer" | "buffer";

/** The signature of a C function. */
export interface Signature {
  readonly parameters: readonly CType[];
  readonly result: CType;
}

/** C functions by their names. */
export type Signatures = Readonly<Record<string, Signature>>;

type Value<T> = T extends "void" ? void
  : T extends "i32" | "u32" ? number
  : T extends "u64" | "usize" ? bigint
  : T extends "pointer" ? Pointer | null
  : BufferSource;

type Values<T extends readonly CType[]> = { readonly [I in keyof T]: Value<T[I]> };

/** A C function. */
export type CFunction<S extends Signature> = (...args: Values<S["parameters"]>) => Value<S["result"]>;

/** A C function that runs on another thread. What its arguments point at must stay alive and untouched until then. */
export type AsyncCFunction<S extends Signature> = (
  ...args: Values<S["parameters"]>
) => Promise<Value<S["result"]>>;

/** A shared library that is loaded. */
export interface Library<S extends Signatures> {
  readonly symbols: { readonly [N in keyof S]: CFunction<S[N]> };
  /** Its functions must not be called any more. */
  close(): void;
}

/** Each runtime has one of its own. Functions are bound once, and called without anything in between. */
export interface Runtime {
  /** Loads a shared library. @throws Error if it can't be loaded or lacks one of the functions */
  openLibrary<S extends Signatures>(path: string, signatures: S): Library<S>;
  /** The function at an address. */
  functionAt<S extends Signature>(pointer: Pointer, signature: S): CFunction<S>;
  /** The function at an address, to be called on another thread. */
  asyncFunctionAt<S extends Signature>(pointer: Pointer, signature: S): AsyncCFunction<S>;
  /** The pointer for an address, null for 0. */
  pointerAt(address: bigint): Pointer | null;
  /** The address that a pointer holds. */
  addressIn(pointer: Pointer): bigint;
  /** The address of an array's first byte. Whoever stores it must keep the array alive. */
  addressOf(array: ArrayBufferView<ArrayBuffer>): bigint;
  /** Fills an array with the bytes from a pointer on. */
  readInto(array: Uint8Array<ArrayBuffer>, from: Pointer): void;
  /** The platform as a target triple, such as x86_64-unknown-linux-gnu. */
  readonly target: string;
  /** Bytes of memory that the machine has left, what it can swap out included. */
  freeMemory(): number;
  /** Calls a function when the process ends by itself or by `exit`. */
  atExit(run: () => void): void;
}
