import type { ConfigIssue, ConfigVerdict, MaglevConfig } from '../domain/config.js';
import type { ConfigChanges } from '../domain/config-changes.js';
import type { IntentReview } from '../domain/intent-review.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import type { Reply } from './address.js';

/** What the config-keeper can be asked. */
export type ConfigControl =
  /** Reads and checks the file; changes nothing. */
  | { readonly type: 'check-config'; readonly reply: Reply<ConfigAnswer> }
  /** Reads and checks the file, and makes it the running config if it is valid. */
  | { readonly type: 'reload-config'; readonly reply: Reply<ConfigAnswer> }
  /** What a reload of this file would say of it, read once; null: of the one that maglevd was started with. Changes nothing. */
  | { readonly type: 'read-config'; readonly file: string | null; readonly reply: Reply<ConfigRead> }
  | { readonly type: 'get-config'; readonly reply: Reply<MaglevConfig> }
  /** Of the running config. */
  | { readonly type: 'get-warnings'; readonly reply: Reply<readonly ConfigIssue[]> };

/** The verdict on the file; when it is valid, what it changes of what was running when it was asked for. */
export type ConfigAnswer =
  | Extract<ConfigVerdict, { ok: false }>
  | (Extract<ConfigVerdict, { ok: true }> & {
      readonly changes: ConfigChanges;
      /** What becomes of what operators asked for; null: it is not known, because who knows it failed. */
      readonly words: WordsReviewed | null;
    });

/** The same of a file that is only looked at. */
export type ConfigRead =
  | Extract<ConfigVerdict, { ok: false }>
  | (Extract<ConfigVerdict, { ok: true }> & { readonly changes: ConfigChanges });

/** What became of the words of operators under a config, or would become of them. */
export type WordsReviewed = Pick<IntentReview, 'dropped' | 'fellDormant' | 'woke'>;

/** What the config-keeper tells those who follow the running config: once at start and after every reload. */
export interface ConfigChanged {
  readonly type: 'config-changed';
  readonly config: MaglevConfig;
  /** Answered when what operators asked for has been looked through. */
  readonly reply: Reply<WordsReviewed>;
}

/** A config that is not to run yet: what would become of the words of operators? */
export interface ConfigConsidered {
  readonly type: 'config-considered';
  readonly config: MaglevConfig;
  readonly reply: Reply<WordsReviewed>;
}

/**
 * Reads and checks the config file, as often as it takes beside the config that runs then; with warnings for a VPP
 * with the memory that is told.
 */
export type LoadConfig = (
  running: () => MaglevConfig,
  memory: () => Promise<VppMemory | null>,
) => Promise<ConfigVerdict>;

/** The same once, of any file. */
export type ReadConfig = (file: string, memory: VppMemory | null) => Promise<ConfigVerdict>;
