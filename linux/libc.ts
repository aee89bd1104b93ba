import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { MaglevError } from '../domain/errors.js';

/** What a C function takes here: a number, text (NUL-terminated on the way), or memory, which is passed by address. */
export type NativeArgument = number | bigint | string | Uint8Array | null;

/** A function of libc. Answers what the C function returns, or -errno where that returns -1, as the kernel does. */
export type NativeCall = (...args: readonly NativeArgument[]) => number;

/** Called when a descriptor becomes readable, or with the errno (negative) that ended the watching. */
export type PollCallback = (status: number) => void;

export interface PollHandle {
  readonly stop: () => void;
  readonly close: () => void;
}

/** The part of the package koffi that is used here. */
export interface ForeignFunctions {
  readonly load: (path: string | null) => {
    readonly func: (prototype: string) => (...args: readonly NativeArgument[]) => unknown;
  };
  readonly errno: () => number;
  readonly address: (memory: Uint8Array) => bigint;
  /** So many bytes of native memory at that address. */
  readonly view: (address: unknown, size: number) => ArrayBuffer;
  readonly node?: { readonly poll?: (fd: number, callback: PollCallback) => PollHandle };
}

/** Where the program runs, as far as it matters here. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** Loads the package koffi; throws if it is not installed or has no build for this machine. */
  readonly foreign: () => ForeignFunctions;
}

/** libc of the running process, with the layouts of 64-bit little-endian Linux. */
export interface Libc {
  /** The function with this C prototype; throws MGL_LINUX_UNSUPPORTED if libc lacks it. */
  readonly declare: (prototype: string) => NativeCall;
  /** The address of the first byte. Valid as long as the memory is referenced. */
  readonly addressOf: (memory: Uint8Array) => bigint;
  /** Calls back from the event loop whenever the descriptor is readable. */
  readonly poll: (fd: number, callback: PollCallback) => PollHandle;
}

/** Constants and struct layouts of linux/ hold for these. */
const architectures = ['x64', 'arm64'];

/** Binds libc; throws MGL_LINUX_UNSUPPORTED where that is impossible, and says why. */
export function openLibc(host: Host): Libc {
  if (host.platform !== 'linux' || !architectures.includes(host.arch)) {
    throw unsupported(`${host.platform} on ${host.arch} is not 64-bit Linux on x64 or arm64`);
  }
  const koffi = attempt('the package koffi cannot be loaded', host.foreign);
  // null: what the running program itself is linked to, be it glibc or musl.
  const library = attempt('libc cannot be opened', () => koffi.load(null));
  const poll = koffi.node?.poll;
  const errno = errnoReader(koffi, library);
  return {
    declare: (prototype) => {
      const call = attempt(`libc has no "${prototype}"`, () => library.func(prototype));
      return passing(prototype, { call }, (returned) => {
        const result = typeof returned === 'number' ? returned : Number(returned);
        return result === -1 ? -errno() : result;
      });
    },
    addressOf: (memory) => koffi.address(memory),
    poll: (fd, callback) => {
      if (poll === undefined) throw unsupported('this release of koffi cannot watch descriptors');
      return poll(fd, callback);
    },
  };
}

const thisHost: Host = {
  platform: process.platform,
  arch: process.arch,
  // Loaded when first needed, not when imported: everything else works on machines that lack it.
  foreign: () => createRequire(import.meta.url)('koffi'),
};

let bound: Libc | undefined;

/** libc of this process, bound at the first use; throws MGL_LINUX_UNSUPPORTED. */
export function libc(): Libc {
  bound ??= openLibc(thisHost);
  return bound;
}

/**
 * Keeps koffi loaded as long as the process lives; to be called by the main thread before it starts one that may use
 * linux/. Otherwise native code is unloaded with the last thread that uses it and loaded anew with the next, which
 * few add-ons stand. Without koffi there is nothing to hold.
 */
export function holdLibc(): void {
  try {
    libc();
  } catch (thrown) {
    if (!(thrown instanceof MaglevError)) throw thrown;
  }
}

/** Like `libc().declare(prototype)`, bound at the first call: may be used at the top of a module. */
export function libcFunction(prototype: string): NativeCall {
  const bound: { call: NativeCall } = {
    call: (...args) => {
      bound.call = libc().declare(prototype);
      return bound.call(...args);
    },
  };
  return passing(prototype, bound, (result) => result);
}

/**
 * Calls what is bound, with as many arguments as the prototype has: to collect them in an array on the way would take longer
 * than many a system call.
 */
function passing<T>(
  prototype: string,
  bound: { readonly call: (...args: readonly NativeArgument[]) => T },
  answer: (result: T) => number,
): NativeCall {
  switch (prototype.split(',').length) {
    case 2:
      return (a = null, b = null) => answer(bound.call(a, b));
    case 3:
      return (a = null, b = null, c = null) => answer(bound.call(a, b, c));
    case 4:
      return (a = null, b = null, c = null, d = null) => answer(bound.call(a, b, c, d));
    default:
      return (...args) => answer(bound.call(...args));
  }
}

/** Reads errno of this thread, from where libc has it: that is quicker than a call of koffi's. */
function errnoReader(koffi: ForeignFunctions, library: ReturnType<ForeignFunctions['load']>): () => number {
  try {
    const cell = new Int32Array(koffi.view(library.func('void *__errno_location()')(), 4));
    return () => cell[0] ?? 0;
  } catch {
    return () => koffi.errno();
  }
}

/** The name of a negative errno, as ECONNREFUSED. */
export function errnoName(result: number): string {
  const known = names.get(result);
  if (known !== undefined) return known;
  const name = getSystemErrorMap().get(result)?.[0] ?? `errno ${-result}`;
  names.set(result, name);
  return name;
}

/** Node looks for its table every time, which takes longer than the call that has failed. */
const names = new Map<number, string>();

const AGAIN = -constants.errno.EAGAIN;
const INTERRUPTED = -constants.errno.EINTR;

/** The result of a non-blocking call that can do nothing yet. */
export function isPending(result: number): boolean {
  return result === AGAIN || result === INTERRUPTED;
}

/** A system call that failed. */
export class SyscallError extends MaglevError {
  /** The errno's name, as ECONNREFUSED. */
  readonly errno: string;

  /** `what` names the call and its object; `result` is the negative errno. */
  constructor(what: string, result: number) {
    const [name, meaning] = getSystemErrorMap().get(result) ?? [`errno ${-result}`, 'unknown error'];
    super('MGL_SYSCALL', `${what}: ${name} (${meaning})`);
    this.errno = name;
  }
}

/** The result if the call succeeded; otherwise throws a SyscallError that says `what` failed. */
export function succeeded(what: string, result: number): number {
  if (result < 0) throw new SyscallError(what, result);
  return result;
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    throw new MaglevError('MGL_LINUX_UNSUPPORTED', `${what}: ${reason}`, { cause: thrown });
  }
}

function unsupported(reason: string): MaglevError {
  return new MaglevError('MGL_LINUX_UNSUPPORTED', reason);
}
