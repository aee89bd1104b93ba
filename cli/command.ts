import type { ErrorCode } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { MaglevClient } from '../rpc/client.js';
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
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Words of the slots, by slot name; and a fixed last word that may be left out, by itself, when it was given. */
export type SlotValues = Readonly<Record<string, string>>;

export interface Command {
  /** As the user guide writes it: `show frontend <name>`; a last word in brackets may be left out. */
  readonly usage: string;
  readonly help: string;
  /** Writes, or reads files: the daemon may need longer than for a look into its memory. */
  readonly slow?: boolean;
  readonly run: (session: Session, slots: SlotValues) => Promise<Outcome>;
}
