import type { MaglevConfig } from '../domain/config.js';
import { configFingerprint } from '../domain/config-fingerprint.js';
import { MaglevError } from '../domain/errors.js';
import type { Slice } from '../domain/slice.js';
import type { Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { RpcTargets } from '../protocol/rpc.js';
import type { EventTally } from './event-tally.js';
import { Turns } from './http/turns.js';
import type { Part, Snapshot, Surroundings } from './snapshot.js';

const turns = new Turns();

/** Whom the metrics ask. */
export type MetricSources = Pick<RpcTargets, 'config' | 'events' | 'views' | 'operator' | 'health' | 'vpp'>;

/** All of them answer from memory: who takes longer is stuck, and the scrape goes on without him. */
const ANSWER_MS = 2000;

export interface Gathering {
  readonly context: { readonly ask: Ask; readonly clock: Clock };
  readonly sources: MetricSources;
  readonly surroundings: Surroundings;
  readonly tally: EventTally;
  /** How scrapes ended so far. */
  readonly scrapes: () => Snapshot['scrapes'];
}

/** Asks everybody at once what a scrape shows. Never rejects: what is not answered is missing. */
export async function gather({
  context: { ask, clock },
  sources: { config, events, views, operator, health, vpp },
  surroundings,
  tally,
  scrapes,
}: Gathering): Promise<Snapshot> {
  const { about, readers, describe, deadLetters, use } = surroundings;
  const began = clock.monotonic();
  const limit = { timeoutMs: ANSWER_MS };
  const parts = new Map<Part, boolean>();
  const part = async <T>(name: Part, answer: Promise<T>): Promise<T | null> => {
    const value = await answer.catch(() => null);
    parts.set(name, (parts.get(name) ?? true) && value !== null);
    return value;
  };
  const [running, frontends, backends, details, overrides, condition, standings, info, memory, counters] =
    await Promise.all([
      part('config', ask(config, { type: 'get-config' }, limit)),
      part(
        'views',
        inSlices((slice) => ask(views, { type: 'list-frontends', slice }, limit), 25),
      ),
      part(
        'views',
        inSlices((slice) => ask(views, { type: 'list-backends', slice }, limit), 250),
      ),
      part(
        'health',
        inSlices((slice) => ask(health, { type: 'list-details', slice }, limit), 250),
      ),
      part('operator', ask(operator, { type: 'list-overrides' }, limit)),
      part('events', ask(events, { type: 'get-condition' }, limit)),
      vpp === null ? null : part('vpp', ask(vpp, { type: 'list-standings' }, limit)),
      vpp === null ? null : ask(vpp, { type: 'get-info' }, limit).catch(noVpp),
      vpp === null ? null : ask(vpp, { type: 'get-memory' }, limit).catch(noVpp),
      vpp === null ? null : ask(vpp, { type: 'get-lb-counters' }, limit).catch(noVpp),
    ]);
  const known = new Map(details?.map((one) => [one.name, one]));
  // Thousands of actors are described: that is a turn's work of its own.
  await turns.next();
  const actors = describe();
  await turns.next();
  return {
    at: clock.now(),
    tookMs: clock.monotonic() - began,
    parts,
    config: running === null ? null : { running, hash: configFingerprint(running) },
    frontends: frontends ?? [],
    backends: backends ?? [],
    health: known,
    overrides: overrides ?? [],
    events: condition,
    standings,
    vpp: info,
    memory,
    counters,
    actors,
    deadLetters: deadLetters(),
    use: use(),
    about,
    readers,
    tally,
    scrapes: scrapes(),
  };
}

/**
 * A list that others need time to put together, slice by slice, each in a turn of the event loop of its own. `count`: so
 * many are quickly there.
 */
async function inSlices<T extends { readonly name: string }>(
  ask: (slice: Slice) => Promise<readonly T[]>,
  count: number,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (let from = 0; ; from += count) {
    const slice = await ask({ from, count });
    for (const one of slice) found.set(one.name, one);
    if (slice.length < count) return [...found.values()];
    await turns.next();
  }
}

/** A VPP that is away, or counters that cannot be read, are ordinary; standings tell why. */
function noVpp(thrown: unknown): null {
  if (thrown instanceof MaglevError) return null;
  throw thrown;
}

/** The config that runs; null: nobody tells. */
export async function runningConfig({
  context: { ask },
  sources: { config },
}: Pick<Gathering, 'context' | 'sources'>): Promise<MaglevConfig | null> {
  return ask(config, { type: 'get-config' }, { timeoutMs: ANSWER_MS }).catch(() => null);
}
