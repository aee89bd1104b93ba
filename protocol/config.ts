import type { ConfigVerdict, MaglevConfig } from '../domain/config.js';
import type { Reply } from './address.js';

/** What the config-keeper can be asked. */
export type ConfigControl =
  /** Reads and checks the file; changes nothing. */
  | { readonly type: 'check-config'; readonly reply: Reply<ConfigVerdict> }
  /** Reads and checks the file, and makes it the running config if it is valid. */
  | { readonly type: 'reload-config'; readonly reply: Reply<ConfigVerdict> }
  | { readonly type: 'get-config'; readonly reply: Reply<MaglevConfig> };

/** What the config-keeper tells those who follow the running config: once at start and after every reload. */
export interface ConfigChanged {
  readonly type: 'config-changed';
  readonly config: MaglevConfig;
}
