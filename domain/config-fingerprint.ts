import { createHash } from 'node:crypto';
import type { MaglevConfig, TrustStore } from './config.js';

/**
 * The same for two configs that mean the same, whatever their files look like: 16 hex digits of a SHA-256. The order of
 * what is in maps counts, because it counts for frontends.
 */
export function configFingerprint(config: MaglevConfig): string {
  const known = fingerprints.get(config);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(JSON.stringify(config, plain)).digest('hex').slice(0, 16);
  fingerprints.set(config, hash);
  return hash;
}

/** A config is a value that never changes. */
const fingerprints = new WeakMap<MaglevConfig, string>();

function plain(key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return key === 'trust' && value !== null ? (value as TrustStore).fingerprint : value;
}
