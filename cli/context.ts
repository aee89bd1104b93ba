import type { Command } from './command.js';
import type { Grammar } from './grammar.js';
import type { KeySource } from './keys.js';
import type { Options } from './options.js';
import type { Printer } from './printer.js';
import type { Server } from './servers.js';
import type { Surroundings } from './surroundings.js';

/** What every command line of one run has in common. */
export interface Context {
  readonly commands: readonly Command[];
  readonly grammar: Grammar;
  readonly options: Options;
  readonly surroundings: Surroundings;
  readonly printer: Printer;
  readonly servers: readonly [Server, ...Server[]];
  /** null: there is nobody who could press one. */
  readonly keys: KeySource | null;
}
