import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { BackendIntent, Intents, WeightIntent } from '../domain/operator.js';

/** What a file of this version says is understood; a later one has a higher number. */
export const VERSION = 1;

const weight = t.refinement(t.Integer, (value) => value >= 0 && value <= 100);

/** Absent: it is in force. */
const dormantSince = t.union([t.undefined, t.number]);

const backendCodec = t.type({
  paused: t.boolean,
  enabled: t.union([t.null, t.type({ value: t.boolean, configured: t.boolean })]),
  dormantSince,
});

const weightCodec = t.type({
  frontend: t.string,
  pool: t.string,
  backend: t.string,
  weight,
  configured: weight,
  dormantSince,
});

const fileCodec = t.type({
  version: t.literal(VERSION),
  backends: t.UnknownRecord,
  weights: t.UnknownArray,
});

export type DecodedFile =
  /** `bad`: the entries that were not understood, as text; the others are there. */
  | { readonly kind: 'intents'; readonly intents: Intents; readonly bad: readonly string[] }
  /** Of a later maglevd. `problem` is the end of a sentence that the file begins; so it is below. */
  | { readonly kind: 'newer'; readonly problem: string }
  | { readonly kind: 'corrupt'; readonly problem: string };

export function encodeIntents({ backends, weights }: Intents): string {
  // What is undefined is left out.
  const written = <T extends { readonly dormantSince: number | null }>(intent: T) => ({
    ...intent,
    dormantSince: intent.dormantSince ?? undefined,
  });
  const file = {
    version: VERSION,
    backends: Object.fromEntries([...backends].map(([name, intent]) => [name, written(intent)])),
    weights: weights.map(written),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

export function decodeIntents(text: string): DecodedFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'corrupt', problem: 'is not JSON' };
  }
  const version = versionOf(value);
  if (version !== null && version > VERSION) {
    return { kind: 'newer', problem: `has version ${version}, which is of a newer maglevd than this one` };
  }
  const decoded = fileCodec.decode(value);
  if (!isRight(decoded)) return { kind: 'corrupt', problem: 'is not a file of maglevd' };
  const backends = new Map<string, BackendIntent>();
  const weights: WeightIntent[] = [];
  const bad: string[] = [];
  for (const [name, raw] of Object.entries(decoded.right.backends)) {
    const entry = backendCodec.decode(raw);
    if (isRight(entry))
      backends.set(name, { ...entry.right, dormantSince: entry.right.dormantSince ?? null });
    else bad.push(shown({ [name]: raw }));
  }
  for (const raw of decoded.right.weights) {
    const entry = weightCodec.decode(raw);
    if (isRight(entry)) weights.push({ ...entry.right, dormantSince: entry.right.dormantSince ?? null });
    else bad.push(shown(raw));
  }
  return { kind: 'intents', intents: { backends, weights }, bad };
}

function versionOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('version' in value)) return null;
  return typeof value.version === 'number' ? value.version : null;
}

/** An entry as the file has it, cut when it is very long. */
function shown(entry: unknown): string {
  const text = JSON.stringify(entry);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
