import type { Clock } from '../protocol/clock.js';

/** Where text goes: a stream of the process, or what a spec collects. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  /** Of a terminal. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly on?: (event: 'error' | 'resize', listener: () => void) => unknown;
  readonly off?: (event: 'error' | 'resize', listener: () => void) => unknown;
}

export interface Surroundings {
  /** Without the names of the interpreter and the program. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Absent: there is nothing to read, and nobody to ask. */
  readonly stdin?: NodeJS.ReadStream;
  /** Standard output, where it is a terminal on which lines can be edited. */
  readonly screen?: NodeJS.WriteStream;
  /** The name of this machine, for the prompt of a shell that talks to a daemon on it. */
  readonly hostname?: string;
}

/** Is there somebody who reads what is printed, and can press keys? */
export function isAttended(surroundings: Surroundings): boolean {
  return surroundings.stdout.isTTY === true && surroundings.stdin?.isTTY === true;
}

/** Columns of the terminal; null: there is none, and nothing is cut or broken. */
export function widthOf({ stdout }: Surroundings): number | null {
  return stdout.isTTY === true ? stdout.columns || 80 : null;
}

/** Until the time is over, or somebody has seen enough. */
export function pause({ clock }: { readonly clock: Clock }, until: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, () => {
      until.removeEventListener('abort', now);
      resolve();
    });
    const now = () => {
      cancel();
      resolve();
    };
    until.addEventListener('abort', now, { once: true });
    if (until.aborted) now();
  });
}
