import type { LbPlugin } from '../lb/lb-plugin.js';
import type { CommandInput } from './command-input.js';

/** What a VPP tells of itself. */
export interface VppIdentity {
  /** Without a leading `v`. */
  readonly version: string;
  readonly buildDate: string;
  readonly buildDirectory: string;
  readonly pid: number;
}

/** What commands work with. */
export interface CommandContext {
  readonly lb: LbPlugin;
  readonly identity: VppIdentity;
  /** Appends to the output, and a line end if there is none. */
  readonly print: (text: string) => void;
}

export interface Command {
  /** `show lb vips`. */
  readonly path: string;
  /** Returns null, or what went wrong; the path is put before it. */
  readonly run: (input: CommandInput, context: CommandContext) => string | null;
}
