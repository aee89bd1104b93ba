import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { isWeight } from '../domain/lb.js';
import { type Intent, type Intents, intentsOf } from '../domain/operator.js';

/** What a file of this version says is understood, and what one of version 1; a later one has a higher number. */
export const VERSION = 2;

const weight = t.refinement(t.number, isWeight);
const maybe = <C extends t.Mixed>(codec: C) => t.union([codec, t.undefined]);
const lasting = {
  backend: t.string,
  at: maybe(t.number),
  peer: maybe(t.string),
  dormantSince: maybe(t.number),
};

const overrideCodec = t.union([
  t.type({ kind: t.literal('paused'), value: t.literal(true), configured: t.literal(false), ...lasting }),
  t.type({ kind: t.literal('enabled'), value: t.boolean, configured: t.boolean, ...lasting }),
  t.type({
    kind: t.literal('weight'),
    frontend: t.string,
    pool: t.string,
    value: weight,
    configured: weight,
    ...lasting,
  }),
]);

const fileCodec = t.type({ version: t.literal(VERSION), overrides: t.UnknownArray });

/** Version 1 knew neither who had asked nor when. */
const firstFileCodec = t.type({ version: t.literal(1), backends: t.UnknownRecord, weights: t.UnknownArray });
const firstBackendCodec = t.type({ paused: t.boolean, enabled: t.union([t.null, t.UnknownRecord]) });

export type DecodedFile =
  /** `bad`: the entries that were not understood, as text; the others are there. */
  | { readonly kind: 'intents'; readonly intents: Intents; readonly bad: readonly string[] }
  /** Of a later maglevd. `problem` is the end of a sentence that the file begins; so it is below. */
  | { readonly kind: 'newer'; readonly problem: string }
  | { readonly kind: 'corrupt'; readonly problem: string };

/** `vpp`: the API socket of the VPP that it is about, for people. */
export function encodeIntents(intents: Intents, vpp: string): string {
  const withoutNull = (_: string, value: unknown) => value ?? undefined;
  return `${JSON.stringify({ version: VERSION, vpp, overrides: [...intents.values()] }, withoutNull, 2)}\n`;
}

export function decodeIntents(text: string): DecodedFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'corrupt', problem: 'is not JSON' };
  }
  const version = versionOf(value);
  if (version > VERSION) {
    return { kind: 'newer', problem: `has version ${version}, which is of a newer maglevd than this one` };
  }
  const entries = entriesOf(value);
  if (entries === null) return { kind: 'corrupt', problem: 'is not a file of maglevd' };
  const bad = new Set<unknown>();
  const intents = entries.flatMap(({ raw, override }): Intent[] => {
    const decoded = overrideCodec.decode(override);
    if (!isRight(decoded)) {
      bad.add(raw);
      return [];
    }
    const { at = null, peer = null, dormantSince = null } = decoded.right;
    return [{ ...decoded.right, at, peer, dormantSince }];
  });
  return { kind: 'intents', intents: intentsOf(intents), bad: [...bad].map(shown) };
}

/** What stands in the file, and as this version would write it. */
interface Entry {
  readonly raw: unknown;
  readonly override: unknown;
}

/** null: it is no file of this version, nor of version 1. */
function entriesOf(file: unknown): Entry[] | null {
  const decoded = fileCodec.decode(file);
  if (isRight(decoded)) return decoded.right.overrides.map((raw) => ({ raw, override: raw }));
  const first = firstFileCodec.decode(file);
  if (!isRight(first)) return null;
  const { backends, weights } = first.right;
  return [
    ...Object.entries(backends).flatMap(([backend, raw]) => entriesOfBackend(backend, raw)),
    ...weights.map((raw) => ({ raw, override: t.UnknownRecord.is(raw) ? weightOf(raw) : null })),
  ];
}

function weightOf({ weight: value, ...place }: { readonly [key: string]: unknown }): object {
  return { ...place, kind: 'weight', value };
}

function entriesOfBackend(backend: string, words: unknown): Entry[] {
  const raw = { [backend]: words };
  const decoded = firstBackendCodec.decode(words);
  if (!isRight(decoded)) return [{ raw, override: null }];
  const { paused, enabled, ...rest } = decoded.right;
  const pause = { ...rest, kind: 'paused', value: true, configured: false, backend };
  return [
    ...(enabled === null ? [] : [{ raw, override: { ...rest, ...enabled, kind: 'enabled', backend } }]),
    ...(paused ? [{ raw, override: pause }] : []),
  ];
}

/** 0 = it has none. */
function versionOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('version' in value)) return 0;
  return typeof value.version === 'number' ? value.version : 0;
}

/** An entry as the file has it, cut when it is very long. */
function shown(entry: unknown): string {
  const text = JSON.stringify(entry);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
