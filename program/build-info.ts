import { readFileSync } from 'node:fs';
import { productVersion } from '../domain/version.js';

/** What this program was built from. */
export interface BuildInfo {
  readonly version: string;
  /** Shortened; ends with `-dirty` when files differed from it. null: not known, as in a build outside of git. */
  readonly commit: string | null;
  /** ISO 8601 in UTC: of that commit, or what SOURCE_DATE_EPOCH says; null: not known. */
  readonly date: string | null;
}

/** Written by scripts/prepare.mjs beside the compiled files. */
const file = new URL('../build-info.json', import.meta.url);

let read: BuildInfo | null = null;

/** Never throws: a file that is missing, or is of another version than this code, tells nothing. */
export function buildInfo(): BuildInfo {
  read ??= parseBuildInfo(textOf(file));
  return read;
}

/** `maglevd 0.1.0 (commit 1a2b3c4d5e6f, 2026-11-28T10:00:00Z)` */
export function versionLine(program: string, info: BuildInfo = buildInfo()): string {
  const { version, commit, date } = info;
  return `${program} ${version} (commit ${commit ?? 'unknown'}, ${date ?? 'date unknown'})`;
}

export function parseBuildInfo(text: string): BuildInfo {
  const unknown: BuildInfo = { version: productVersion, commit: null, date: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unknown;
  }
  if (typeof value !== 'object' || value === null) return unknown;
  const { version, commit, date } = value as Readonly<Record<string, unknown>>;
  if (version !== productVersion) return unknown;
  return {
    version: productVersion,
    commit: typeof commit === 'string' ? commit : null,
    date: typeof date === 'string' ? date : null,
  };
}

function textOf(url: URL): string {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return '';
  }
}
