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
const firstBackendCodec = t.type({
  paused: t.boolean,
  enabled: t.union([t.null, t.type({ value: t.boolean, configured: t.boolean })]),
  dormantSince: maybe(t.number),
});
const firstWeightCodec = t.type({
  frontend: t.string,
  pool: t.string,
  backend: t.string,
  weight,
  configured: weight,
  dormantSince: maybe(t.number),
});

export type DecodedFile =
  /** `bad`: the entries that were not understood, as text; the others are there. */
  | { readonly kind: 'intents'; readonly intents: Intents; readonly bad: readonly string[] }
  /** Of a later maglevd. `problem` is the end of a sentence that the file begins; so it is below. */
  | { readonly kind: 'newer'; readonly problem: string }
  | { readonly kind: 'corrupt'; readonly problem: string };

/** `vpp`: the API socket of the VPP that it is about, for people. */
export function encodeIntents(intents: Intents, vpp: string): string {
  // What is null is left out.
  const overrides = [...intents.values()].map(({ at, peer, dormantSince, ...intent }) => ({
    ...intent,
    ...(at === null ? {} : { at }),
    ...(peer === null ? {} : { peer }),
    ...(dormantSince === null ? {} : { dormantSince }),
  }));
  return `${JSON.stringify({ version: VERSION, vpp, overrides }, null, 2)}\n`;
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
  const entries = version === 1 ? entriesOfFirst(value) : entriesOf(value);
  if (entries === null) return { kind: 'corrupt', problem: 'is not a file of maglevd' };
  const bad = entries.flatMap(({ raw, found }) => (found === null ? [shown(raw)] : []));
  return { kind: 'intents', intents: intentsOf(entries.flatMap(({ found }) => found ?? [])), bad };
}

/** What stands in the file, and what it says; null = it is not understood. */
interface Entry {
  readonly raw: unknown;
  readonly found: readonly Intent[] | null;
}

function entriesOf(file: unknown): Entry[] | null {
  const decoded = fileCodec.decode(file);
  if (!isRight(decoded)) return null;
  return decoded.right.overrides.map((raw) => {
    const one = overrideCodec.decode(raw);
    return { raw, found: isRight(one) ? [{ ...one.right, ...lastingOf(one.right) }] : null };
  });
}

function entriesOfFirst(file: unknown): Entry[] | null {
  const decoded = firstFileCodec.decode(file);
  if (!isRight(decoded)) return null;
  const { backends, weights } = decoded.right;
  return [
    ...Object.entries(backends).map(([backend, raw]): Entry => {
      const one = firstBackendCodec.decode(raw);
      if (!isRight(one)) return { raw: { [backend]: raw }, found: null };
      const { paused, enabled } = one.right;
      const word = { backend, ...lastingOf(one.right) };
      const pause: Intent = { kind: 'paused', value: true, configured: false, ...word };
      return {
        raw,
        found: [
          ...(enabled === null ? [] : [{ kind: 'enabled' as const, ...enabled, ...word }]),
          ...(paused ? [pause] : []),
        ],
      };
    }),
    ...weights.map((raw): Entry => {
      const one = firstWeightCodec.decode(raw);
      if (!isRight(one)) return { raw, found: null };
      const { weight: value, ...rest } = one.right;
      return { raw, found: [{ kind: 'weight', ...rest, value, ...lastingOf(one.right) }] };
    }),
  ];
}

interface MayLast {
  readonly at?: number | undefined;
  readonly peer?: string | undefined;
  readonly dormantSince?: number | undefined;
}

function lastingOf({ at, peer, dormantSince }: MayLast): Pick<Intent, 'at' | 'peer' | 'dormantSince'> {
  return { at: at ?? null, peer: peer ?? null, dormantSince: dormantSince ?? null };
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
