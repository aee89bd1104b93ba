import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { IntentStore } from '../actors/operator.js';
import { type Intents, noIntents } from '../domain/operator.js';
import type { Clock } from '../protocol/clock.js';

const VERSION = 1;

/** Absent: it is in force. */
const dormantSince = t.union([t.undefined, t.number]);

const fileCodec = t.type({
  version: t.literal(VERSION),
  backends: t.record(
    t.string,
    t.type({
      paused: t.boolean,
      enabled: t.union([t.null, t.type({ value: t.boolean, configured: t.boolean })]),
      dormantSince,
    }),
  ),
  weights: t.array(
    t.type({
      frontend: t.string,
      pool: t.string,
      backend: t.string,
      weight: t.number,
      configured: t.number,
      dormantSince,
    }),
  ),
});

/**
 * Keeps what operators asked for in `operator.json` of a folder. The file is written beside and moved into place, so
 * that a crash leaves the old or the new one, never half of one. A file that cannot be understood is set aside under
 * another name and reported; maglevd goes on without it.
 */
export function fileStore(folder: string, clock: Pick<Clock, 'now'>): IntentStore {
  const file = path.join(folder, 'operator.json');
  /** Why the file must not be overwritten: it is there, and could not be read. */
  let unread: string | null = null;
  return {
    load: async () => {
      let text: string;
      try {
        await mkdir(folder, { recursive: true, mode: 0o750 });
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return { intents: noIntents, problem: null };
        unread = `${file} cannot be read: ${messageOf(error)}`;
        return {
          intents: noIntents,
          problem: `${unread}; it is left as it is, and nothing is kept until maglevd is restarted`,
        };
      }
      const decoded = decode(text);
      if (typeof decoded !== 'string') return { intents: decoded, problem: null };
      const aside = `${file}.corrupt-${clock.now()}`;
      const moved = await rename(file, aside).then(
        () => `it was set aside as ${aside}`,
        (error: unknown) => `it could not be set aside: ${messageOf(error)}`,
      );
      return { intents: noIntents, problem: `${file} ${decoded}; ${moved}` };
    },
    save: async (intents) => {
      if (unread !== null) throw new Error(`not overwritten, because ${unread}`);
      const fresh = `${file}.new`;
      const handle = await open(fresh, 'w', 0o640);
      try {
        await handle.writeFile(encode(intents));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, file);
      await syncFolder(folder);
    },
  };
}

function encode({ backends, weights }: Intents): string {
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

/** What is wrong with the text, as the end of a sentence, or the intents in it. */
function decode(text: string): Intents | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (typeof value === 'object' && value !== null && 'version' in value && value.version !== VERSION) {
    return `has version ${String(value.version)}, which this maglevd does not know`;
  }
  const decoded = fileCodec.decode(value);
  if (isLeft(decoded)) return 'is not a file of maglevd';
  const read = <T extends { readonly dormantSince?: number | undefined }>(entry: T) => ({
    ...entry,
    dormantSince: entry.dormantSince ?? null,
  });
  const { backends, weights } = decoded.right;
  return {
    backends: new Map(Object.entries(backends).map(([name, entry]) => [name, read(entry)])),
    weights: weights.map(read),
  };
}

/** A renamed file is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
