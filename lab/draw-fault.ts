import type { Dice } from './dice.js';
import type { Edit, Fault, Fleet, HandCommand, VppFault } from './scenario.js';

/** Actors that are there on every day. */
export const crashable = [
  'events',
  'config-keeper',
  'intent-keeper',
  'operator',
  'health',
  'prober',
  'decision',
  'planner',
  'recorder',
  'gateway',
  'vpp',
  'connection',
  'link',
  'session',
  'conf-pusher',
  'lb',
  'sync-ticker',
  'log-level',
  'root',
  'service',
];

/** One fault that begins and ends between the two moments, in milliseconds of the day. */
export function drawFault(dice: Dice, fleet: Fleet, from: number, to: number): Fault {
  const forMs = Math.min(dice.span(200, 120_000), to - from);
  const at = from + dice.from(0, Math.max(0, to - from - forMs));
  const backend = () => dice.one(fleet.backends).name;
  switch (dice.weighed(kinds)) {
    case 'server':
      return {
        kind: 'server',
        at,
        forMs,
        backend: backend(),
        how: dice.one(['refuses', 'silent', 'error', 'slow', 'flaky', 'flapping']),
        p: dice.one([0.1, 0.3, 0.5, 0.8]),
      };
    case 'network': {
      const how = dice.one(['partition', 'loss', 'delay'] as const);
      const backends = dice.some(fleet.backends, dice.from(1, fleet.backends.length)).map(({ name }) => name);
      return {
        kind: 'network',
        at,
        forMs,
        backends,
        how,
        p: how === 'delay' ? dice.from(5, 1500) : dice.one([0.05, 0.2, 0.5]),
      };
    }
    case 'vpp':
      return { kind: 'vpp', at, forMs, how: drawVpp(dice) };
    case 'hand':
      return { kind: 'hand', at, command: drawCommandAt(dice, drawPlace(dice, fleet)) };
    case 'operator':
      return {
        kind: 'operator',
        at,
        backend: backend(),
        action: dice.one(['pause', 'resume', 'enable', 'disable']),
      };
    case 'weight': {
      const place = drawPlace(dice, fleet);
      return { kind: 'weight', at, ...place, weight: dice.one([0, 1, 20, 100]), flush: dice.chance(0.3) };
    }
    case 'sync':
      return { kind: 'sync', at, frontend: dice.chance(0.5) ? null : dice.one(fleet.frontends).name };
    case 'reload':
      return {
        kind: 'reload',
        at,
        edit: drawEditAt(dice, fleet, drawPlace(dice, fleet)),
        halfMs: dice.chance(0.3) ? dice.from(1, 800) : 0,
        by: dice.one(['signal', 'request']),
      };
    case 'hangups':
      return { kind: 'hangups', at, count: dice.one([1, 5, 100]) };
    case 'clock-set':
      return { kind: 'clock-set', at, byMs: dice.one([-86_400_000, -5000, -300, 300, 5000, 86_400_000]) };
    case 'watcher':
      return { kind: 'watcher', at, forMs, stopsMs: dice.chance(0.5) ? Math.floor(forMs / 2) : 0 };
    case 'disk':
      return { kind: 'disk', at, forMs, how: dice.one(['slow', 'hangs', 'full', 'read-only', 'torn']) };
    case 'doubt':
      return {
        kind: 'doubt',
        at,
        forMs,
        backends: dice.some(fleet.backends, dice.from(1, fleet.backends.length)).map(({ name }) => name),
        ...(dice.chance(0.3) ? { how: 'link' } : {}),
      };
    case 'thread':
      return { kind: 'thread', at, forMs, how: dice.one(['ends', 'hangs', 'deadly']), backend: backend() };
    case 'heap':
      return { kind: 'heap', at, forMs: Math.min(forMs, dice.span(1000, 40_000)) };
    case 'stall':
      return { kind: 'stall', at, forMs: Math.min(forMs, dice.span(20, 15_000)) };
    case 'questions':
      return { kind: 'questions', at, count: dice.one([5, 20, 100]) };
    case 'crash':
      return {
        kind: 'crash',
        at,
        actor: dice.chance(0.2) ? `backend-${backend()}` : dice.one(crashable),
        nth: dice.from(1, 20),
      };
    case 'kill':
      return { kind: 'kill', at, nth: dice.span(1, 2000), downMs: dice.span(50, 20_000) };
    case 'restart':
      return { kind: 'restart', at, downMs: dice.span(50, 20_000) };
  }
}

const kinds = [
  [20, 'server'],
  [10, 'network'],
  [16, 'vpp'],
  [3, 'hand'],
  [8, 'operator'],
  [5, 'weight'],
  [3, 'sync'],
  [6, 'reload'],
  [2, 'hangups'],
  [2, 'clock-set'],
  [6, 'watcher'],
  [3, 'disk'],
  [3, 'doubt'],
  [3, 'thread'],
  [1, 'heap'],
  [4, 'stall'],
  [3, 'questions'],
  [6, 'crash'],
  [5, 'kill'],
  [3, 'restart'],
] as const satisfies readonly (readonly [number, Fault['kind']])[];

function drawVpp(dice: Dice): VppFault['how'] {
  if (dice.chance(0.6)) return dice.one(['down', 'down', 'down-with-state', 'hang', 'hang', 'disconnect']);
  const message = dice.one([
    'lb_as_set_weight',
    'lb_add_del_as_v2',
    'lb_add_del_vip_v2',
    'lb_conf',
    'lb_vip_dump',
    'lb_as_v2_dump',
    'control_ping',
    'cli_inband',
  ]);
  // A VPP that has much to do answers late, whatever it is asked.
  if (dice.chance(0.25)) return { text: `delay:${dice.span(5, 3000)}ms@${message}` };
  const nth = dice.one(['', '#1', '#2', '#1-3', '#5']);
  const action = dice.one([
    'refuse:-1',
    'refuse:-9',
    'drop',
    'delay:100ms',
    'delay:3s',
    'delay:7s',
    'duplicate',
    'wrong-context',
    'partial',
    'garbage',
    'oversize',
    'disconnect',
    'disconnect-after',
    'die',
    'die-after',
    'restart:500ms',
    'restart-after:2s',
    'hang:1s',
  ]);
  return { text: `${action}@${message}${nth}` };
}

export function drawCommandAt(dice: Dice, { frontend, backend }: FleetPlace): HandCommand {
  switch (dice.from(0, 4)) {
    case 0:
      return { do: 'weight', frontend, backend, weight: dice.one([0, 7, 100]) };
    case 1:
      return { do: 'remove-server', frontend, backend };
    case 2:
      return { do: 'remove-vip', frontend };
    case 3:
      return { do: 'settings', timeout: dice.one([5, 300]) };
    default:
      return { do: 'stray-vip', address: `198.51.100.${dice.from(1, 9)}` };
  }
}

/** Where a server stands, by names. */
export interface FleetPlace {
  readonly frontend: string;
  readonly pool: string;
  readonly backend: string;
}

function drawPlace(dice: Dice, fleet: Fleet): FleetPlace {
  const frontend = dice.one(fleet.frontends);
  const pool = dice.one(frontend.pools);
  return { frontend: frontend.name, pool: pool.name, backend: dice.one(pool.backends).name };
}

export function drawEditAt(dice: Dice, fleet: Fleet, place: FleetPlace): Edit {
  const { frontend, backend } = place;
  switch (dice.from(0, 14)) {
    case 0:
      return { do: 'weight', ...place, weight: dice.one([0, 5, 100]) };
    case 1:
      return { do: 'drop-backend', frontend, backend };
    case 2:
      return { do: 'add-backend', ...place, backend: dice.one(fleet.backends).name, weight: 50 };
    case 3:
      return { do: 'drop-frontend', frontend };
    case 4:
      return { do: 'sticky', frontend, sticky: dice.chance(0.5) };
    case 5:
      return { do: 'fall', check: dice.one(fleet.checks).name, fall: dice.from(1, 4), rise: dice.from(1, 3) };
    case 6:
      return { do: 'enabled', backend, enabled: dice.chance(0.5) };
    case 7:
      return { do: 'swap-pools', frontend };
    case 8:
      return { do: 'break' };
    case 9:
      return { do: 'address', backend };
    case 10:
      return { do: 'check', backend, check: dice.chance(0.2) ? null : dice.one(fleet.checks).name };
    case 11:
      return { do: 'port', frontend, port: dice.from(1000, 1005) };
    case 12:
      return { do: 'table-length', tableLength: dice.one([512, 1024]) };
    default:
      return { do: 'restore' };
  }
}
