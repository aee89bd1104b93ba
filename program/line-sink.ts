import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** What became of a text. */
export interface Written {
  /** The system's error; null: all of it is written. */
  readonly error: NodeJS.ErrnoException | null;
  /** Whether what was written may end within a line; null: nothing was written, so that all is as before. */
  readonly torn: boolean | null;
  /** Whether something of it is missing, other than the end of its last line. */
  readonly lost: boolean;
}

/** Where lines go. */
export interface LineSink {
  /** Takes text that ends with a line. `done` is told what became of it, at once or later, and always in order. */
  readonly write: (text: string, done: (written: Written) => void) => void;
  /** Bytes that were taken and are not written yet. */
  readonly writableLength: number;
}

const NEWLINE = 0x0a;
const whole: Written = { error: null, torn: false, lost: false };

/**
 * A sink on standard output or standard error. Files are written by calls of our own: Node's stream on a file does not
 * notice when the system takes less than it was given, as a disk does that is nearly full.
 */
export function sinkOf(stream: Writable & { readonly fd: number }): LineSink {
  return isFile(stream.fd) ? fileSink(stream.fd) : streamSink(stream);
}

/** Writes to a descriptor before it returns. */
export function fileSink(fd: number, write: typeof writeSync = writeSync): LineSink {
  return {
    writableLength: 0,
    write: (text, done) => {
      const bytes = Buffer.from(text);
      let at = 0;
      try {
        while (at < bytes.length) at += write(fd, bytes, at);
      } catch (thrown) {
        const torn = at === 0 ? null : bytes[at - 1] !== NEWLINE;
        done({ error: errnoOf(thrown), torn, lost: at < bytes.length - 1 });
        return;
      }
      done(whole);
    },
  };
}

/** Writes to a pipe, a socket or a terminal, as fast as its reader reads. */
export function streamSink(stream: Writable): LineSink {
  return {
    get writableLength() {
      return stream.writableLength;
    },
    write: (text, done) => {
      // How far a stream came before it failed is not known.
      stream.write(text, (error) =>
        done(error == null ? whole : { error: errnoOf(error), torn: true, lost: true }),
      );
    },
  };
}

/** A file of a disk, or a device that takes everything at once, as /dev/full does not. */
function isFile(fd: number): boolean {
  try {
    const found = fstatSync(fd);
    return found.isFile() || (found.isCharacterDevice() && !isTerminal(fd));
  } catch {
    return false;
  }
}

function isTerminal(fd: number): boolean {
  return (fd === 1 ? process.stdout : process.stderr).isTTY === true;
}

function errnoOf(thrown: unknown): NodeJS.ErrnoException {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
