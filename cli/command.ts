import type { ErrorCode } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { MaglevClient } from '../rpc/client.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { Flow } from './flow.js';
import type { SlotKindName } from './slot-kinds.js';
import type { Line } from './text.js';

/** What a command can use. */
export interface Session {
  /** Connects at the first call of a function of it. */
  readonly client: () => Promise<MaglevClient>;
  /** The same to another maglevd. Throws MGL_USAGE for what is no address. */
  readonly connect: (server: string) => Promise<MaglevClient>;
  readonly clock: Clock;
  /** Columns of the terminal; null: there is none, and nothing is cut. */
  readonly width: number | null;
  readonly commands: readonly Command[];
  /** It was typed in the shell of maglevc. */
  readonly inShell: boolean;
  /** For what goes on until somebody has seen enough. */
  readonly follow: <T>(run: (flow: Flow) => Promise<T>) => Promise<T>;
  /** Asks whether to go on; null: there is nobody to ask. */
  readonly confirm: ((question: string) => Promise<boolean>) | null;
  /** What leaves a frontend with nobody is refused. */
  readonly careful: boolean;
}

/** What came out, for people and for programs. */
export interface Outcome {
  readonly text: readonly Line[];
  /** Printed as one JSON document; bigint becomes a decimal string, as proto3's JSON has it. */
  readonly json: unknown;
  /** It was done, and not all is well: said on standard error, too. */
  readonly warning?: string | undefined;
  /** null = success; otherwise the command did its work, and the result is bad news: exit code 1. */
  readonly failure: Failure | null;
  /** A file or a script: its lines stay as they are, however long. */
  readonly verbatim?: boolean;
  /** It has been printed as it came. */
  readonly printed?: boolean;
  /** A shell ends. */
  readonly leave?: boolean;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Words of the slots, by slot name; and fixed words that may be left out, by themselves, when they were given. */
export type SlotValues = Readonly<Record<string, string>>;

/** What else was given. */
export interface Given {
  /** Of slots that take one or more values, all of them. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** The command that stands in this one, as in `watch show backends`. */
  readonly inner: Command | null;
}

export interface Command {
  /**
   * As the user guide writes it: `show frontend <name>`; `<name>...` takes one or more; what is in brackets may be left
   * out, and brackets side by side may come in any order.
   */
  readonly usage: string;
  readonly help: string;
  /** What the values are, by the names of the slots; a slot that is not named here is of the kind that it is called by. */
  readonly slots?: Readonly<Record<string, SlotKindName>>;
  /** What --json prints: a message of rpc/maglev.proto, or the beginning of a sentence for docs/cli-json.md. */
  readonly json: string;
  /** Writes, or reads files: the daemon may need longer than for a look into its memory. */
  readonly slow?: boolean;
  /** Asks no maglevd for anything, and so is run once, however many there are. */
  readonly local?: boolean;
  /** Prints as it goes, until somebody has seen enough. */
  readonly goesOn?: boolean;
  readonly run: (session: Session, slots: SlotValues, given: Given) => Promise<Outcome>;
}

/** A command that did what it was asked to do. */
export function success(text: readonly Line[], json: unknown): Outcome {
  return { text, json, failure: null };
}

/** What is only shown beside something else is left out where it cannot be had. */
export function orElse<T, U>(call: Promise<T>, nothing: U): Promise<T | U> {
  return call.catch((thrown: unknown) => {
    if (thrown instanceof RpcError) return nothing;
    throw thrown;
  });
}
