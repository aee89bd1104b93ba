import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isLeft } from 'fp-ts/lib/Either.js';
import { readCredentials } from '../cli/credentials.js';
import { connectWith } from '../client/connect.js';
import type { ConnectOptions } from '../client/options.js';
import type { TokenOwner } from '../domain/access.js';
import { MaglevError } from '../domain/errors.js';
import { parseTokens } from '../domain/token-list.js';
import { buildInfo } from '../program/build-info.js';
import type { Clock } from '../protocol/clock.js';
import type { FreeLogger } from '../protocol/log.js';
import { namesIn } from '../rpc/served.js';
import type { FrontendSettings } from './flags.js';
import { Fleet } from './fleet.js';
import { App } from './http/app.js';
import { openEntrance, originOf } from './http/entrance.js';
import { EventStreams } from './http/event-streams.js';
import { Files } from './http/files.js';
import { Gate } from './http/gate.js';
import type { PlaceName } from './place-names.js';
import type { UpstreamApi } from './upstream-api.js';
import { Users } from './users.js';

export interface FrontendWorld {
  readonly clock: Clock;
  readonly log: FreeLogger;
  /** How a maglevd is reached; absent: by gRPC. */
  readonly connectTo?: (place: PlaceName) => UpstreamApi;
  /** Streams, and connections, that may be open at once. */
  readonly mostStreams?: number;
  readonly mostConnections?: number;
  /** A client that takes nothing of its answer for so long, in ms, is hung up on. */
  readonly takesNothingMs?: number;
}

/** A dashboard that runs. */
export interface Frontend {
  /** As bound. */
  readonly addresses: readonly string[];
  readonly fleet: Fleet;
  /** Connections that are open. */
  readonly connections: number;
  readonly streams: EventStreams;
  readonly stop: () => Promise<void>;
}

/** A maglevd that is silent for so long is asked whether it lives, in ms: nothing stale must look fresh. */
const KEEP_ALIVE_MS = 5000;
/** What browsers were asked for is waited for, in ms, when the dashboard ends. */
const DRAIN_MS = 1500;

/** Rejects with MGL_USAGE, MGL_LISTEN or MGL_TLS_FILES. */
export async function startFrontend(settings: FrontendSettings, world: FrontendWorld): Promise<Frontend> {
  const { clock, log } = world;
  const users = new Users({ user: settings.user, owners: await ownersIn(settings.usersFile) });
  const { tls, token } = await upstreamCredentials(settings.upstream);
  const reach =
    world.connectTo ??
    (({ address }: PlaceName) =>
      connectWith(
        { server: address, tls: tls ?? false, token: token ?? undefined, keepAliveMs: KEEP_ALIVE_MS },
        clock,
      ));
  const places = settings.servers.map((place) => ({ ...place, api: reach(place) }));
  const startedAt = clock.now();
  const epoch = `${startedAt.toString(36)}${Math.floor(clock.random() * 36 ** 4).toString(36)}`;
  const fleet = new Fleet({ places, clock, epoch });
  const streams = new EventStreams({
    journal: fleet.journal,
    clock,
    ...(world.mostStreams === undefined ? {} : { most: world.mostStreams }),
  });
  const gate = new Gate({
    users,
    clock,
    originOf,
    certificateRole: settings.tls?.clientCa == null ? null : settings.certificateRole,
    hostNames: new Set([...settings.hostNames, ...namesIn(settings.listen)]),
  });
  if (settings.viewLogin && !gate.knowsUsers) {
    throw new MaglevError('MGL_USAGE', '--view-login lets nobody in: there are no users');
  }
  const { version, commit, date } = buildInfo();
  const app = new App({
    fleet,
    streams,
    gate,
    clock,
    log,
    files: await Files.read(fileURLToPath(new URL('./ui/', import.meta.url))),
    viewLogin: settings.viewLogin,
    about: { version, commit, date, startedAt },
  });
  const entrance = await openEntrance({
    places: settings.listen,
    tls: settings.tls,
    insecure: settings.insecure,
    clock,
    log,
    ...(world.mostConnections === undefined ? {} : { most: world.mostConnections }),
    answer: (request, response) => void app.answer(request, response),
    takesNothingMs: world.takesNothingMs,
  }).catch((thrown: unknown) => {
    fleet.end();
    throw thrown;
  });
  const running = fleet.run();
  for (const address of entrance.addresses)
    log.log('info', 'web-listening', { address, admin: gate.knowsUsers });
  return {
    addresses: entrance.addresses,
    get connections() {
      return entrance.connections;
    },
    fleet,
    streams,
    stop: async () => {
      streams.end();
      fleet.end();
      await entrance.close(DRAIN_MS);
      await running;
    },
  };
}

/** Rejects with MGL_USAGE. */
async function ownersIn(file: string | null): Promise<ReadonlyMap<string, TokenOwner>> {
  if (file === null) return new Map();
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MaglevError('MGL_USAGE', `--users: cannot read ${file}: ${why}`);
  });
  const owners = parseTokens(text);
  if (isLeft(owners)) throw new MaglevError('MGL_USAGE', `--users: ${file} ${owners.left}`);
  return owners.right;
}

/** What is shown to maglevds, and by what they are believed. Rejects with MGL_USAGE. */
async function upstreamCredentials({ tls, ca, cert, key, tokenFile }: FrontendSettings['upstream']): Promise<{
  readonly tls: ConnectOptions['tls'] | null;
  readonly token: string | null;
}> {
  const read = await readCredentials({ tls, ca, cert, key, token: tokenFile });
  if (read.tls === null) return { tls: null, token: read.token };
  const { ca: authorities, own } = read.tls;
  return {
    tls: { ...(authorities === null ? {} : { ca: authorities }), ...(own === null ? {} : own) },
    token: read.token,
  };
}
