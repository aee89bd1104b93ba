import type { Sync, TimelineEvent } from '../../contract.js';
import type { Site } from './site.js';

/** The lanes of the timeline, in their order. */
export const lanes = ['transitions', 'doubts', 'operator', 'syncs', 'reloads', 'vpp'] as const;
export type Lane = (typeof lanes)[number];

export const laneNames: Readonly<Record<Lane, string>> = {
  transitions: 'Transitions',
  doubts: 'Doubts',
  operator: 'Operator',
  syncs: 'Syncs',
  reloads: 'Reloads',
  vpp: 'VPP',
};

/** Colour and shape of a mark. */
export type Tone = 'good' | 'bad' | 'odd' | 'plain';

/** One mark on a lane. */
export interface Mark {
  readonly key: string;
  readonly lane: Lane;
  readonly maglevd: string;
  readonly at: number;
  /** ms; 0 = a moment. */
  readonly lasts: number;
  readonly tone: Tone;
  /** In one line. */
  readonly text: string;
  readonly event: TimelineEvent | null;
  readonly sync: Sync | null;
}

/** A mark with its time by the clock of maglevd-frontend, in which all maglevds are shown. */
export interface Dot {
  readonly key: string;
  readonly mark: Mark;
  readonly at: number;
  /** Which of the maglevds that are shown. */
  readonly lane: number;
}

/** The lane of an event; null: it is on none. */
export function laneOf(msg: string): Lane | null {
  if (msg === 'backend-transition' || msg === 'frontend-transition' || msg === 'backend-given-up')
    return 'transitions';
  if (/^backend-doubt|^probe-/.test(msg)) return 'doubts';
  if (msg.startsWith('operator-')) return 'operator';
  // What a sync did stands in the record of it; only what went wrong, or is odd, is told in addition.
  if (/^vpp-lbsync-(?:drift|table-differs|unverified|verified|vip-sync)$/.test(msg)) return 'syncs';
  if (/^config-/.test(msg)) return 'reloads';
  if (
    /^vpp-(?:connect|disconnect|died|memory|flush|lb-conf)/.test(msg) ||
    msg === 'starting' ||
    msg === 'stopping'
  )
    return 'vpp';
  return null;
}

export function markOf(maglevd: string, event: TimelineEvent): Mark | null {
  const lane = laneOf(event.msg);
  if (lane === null) return null;
  const key = `${maglevd}\n${event.epoch}-${event.seq}`;
  const text = eventText(event);
  return { key, lane, maglevd, at: event.at, lasts: 0, tone: toneOf(event), text, event, sync: null };
}

export function markOfSync(maglevd: string, sync: Sync): Mark {
  const lasts = sync.repeats > 0 ? sync.last - sync.start : sync.durationMs;
  const tone = sync.error !== '' || sync.failures > 0 ? 'bad' : changesOf(sync) > 0 ? 'good' : 'plain';
  // The same number comes again in another life of maglevd.
  const key = `${maglevd}\nsync-${sync.id}-${sync.start}`;
  return {
    key,
    lane: 'syncs',
    maglevd,
    at: sync.start,
    lasts,
    tone,
    text: syncText(sync),
    event: null,
    sync,
  };
}

/** Marks of a maglevd between two times, by its own clock; with a frontend, what is about it, or about all. */
export function marksOf(site: Site, from: number, to: number, frontend: string | null): Mark[] {
  const about = frontend === null ? null : namesOf(site, frontend);
  const { id } = site.row;
  const events = site.log
    .between(from, to)
    .filter((event) => about === null || isAbout(event, about))
    .map((event) => markOf(id, event))
    .filter((mark) => mark !== null);
  const syncs = site.syncs
    .filter((sync) => frontend === null || sync.frontend === null || sync.frontend === frontend)
    .map((sync) => markOfSync(id, sync))
    .filter(({ at, lasts }) => at <= to && at + lasts >= from);
  return [...events, ...syncs].sort((a, b) => a.at - b.at);
}

/** A frontend, and the backends that it uses. */
interface About {
  readonly frontend: string;
  readonly backends: ReadonlySet<string>;
}

function namesOf(site: Site, frontend: string): About {
  const pools = site.frontends.get(frontend)?.pools ?? [];
  return { frontend, backends: new Set(pools.flatMap(({ members }) => [...members.keys()])) };
}

/** An event that names neither frontend nor backend is about everything. */
function isAbout({ attrs }: TimelineEvent, { frontend, backends }: About): boolean {
  const named = attrs['frontend'];
  if (named !== undefined) return named === frontend;
  const backend = attrs['backend'];
  if (backend !== undefined) return backends.has(backend);
  const several = attrs['backends'];
  return several === undefined || [...backends].some((name) => several.includes(JSON.stringify(name)));
}

function toneOf({ msg, level, attrs }: TimelineEvent): Tone {
  const to = attrs['to'];
  if (to === 'up' || to === 'down') return to === 'up' ? 'good' : 'bad';
  if (msg === 'vpp-connect' || msg === 'backend-doubt-over' || msg === 'backend-doubts-over') return 'good';
  if (msg === 'config-reload-done') return level === 'info' ? 'good' : 'bad';
  if (msg === 'operator-action') {
    if (attrs['outcome'] === 'refused') return 'bad';
    return attrs['pending'] === undefined ? 'good' : 'odd';
  }
  if (level === 'error' || msg === 'vpp-disconnect' || msg === 'vpp-died-writing') return 'bad';
  return level === 'warn' || to !== undefined ? 'odd' : 'plain';
}

/** `web1 up → down: L7STS HTTP 503`. */
export function eventText({ msg, attrs }: TimelineEvent): string {
  const { from, to, reason } = named(attrs);
  if (msg === 'backend-transition') {
    return `${attrs['backend']} ${from} → ${to}${reason === '' ? '' : `: ${reason}`}`;
  }
  if (msg === 'frontend-transition') {
    const pool = attrs['pool'];
    const move = from === to ? to : `${from} → ${to}`;
    return `${attrs['frontend']} ${move}${pool === undefined || pool === 'null' ? '' : `, pool ${pool}`}`;
  }
  if (msg === 'backend-doubt')
    return `${attrs['backend']} cannot be measured: ${attrs['code']} ${attrs['detail']}`;
  if (msg === 'backend-doubt-over') return `${attrs['backend']} can be measured again`;
  if (msg === 'operator-action') return actionText(attrs);
  if (msg === 'config-reload-start') return 'reload begins';
  if (msg === 'config-reload-done')
    return attrs['ok'] === 'true' ? 'reloaded' : `reload refused: ${attrs['error'] ?? attrs['stage'] ?? ''}`;
  if (msg === 'vpp-connect') return `connected to VPP ${attrs['version']}, pid ${attrs['pid']}`;
  if (msg === 'vpp-disconnect') return `lost VPP: ${attrs['error'] ?? attrs['code'] ?? ''}`;
  const fields = Object.entries(attrs).map(([key, value]) => `${key}=${value}`);
  return [msg, ...fields].join(' ');
}

function named(attrs: Readonly<Record<string, string>>): { from: string; to: string; reason: string } {
  return { from: attrs['from'] ?? '', to: attrs['to'] ?? '', reason: attrs['reason'] ?? '' };
}

function actionText(attrs: Readonly<Record<string, string>>): string {
  const weight = attrs['weight'] === undefined ? '' : ` ${attrs['weight']}`;
  const where = attrs['frontend'] === undefined ? '' : ` in ${attrs['frontend']}`;
  const who = attrs['user'] ?? attrs['peer'];
  const outcome = attrs['outcome'] === undefined ? '' : `: ${attrs['outcome']}`;
  return `${attrs['action'] ?? 'action'}${weight} ${attrs['backend'] ?? ''}${where}${who === undefined ? '' : ` by ${who}`}${outcome}`;
}

function changesOf(sync: Sync): number {
  return sync.vipAdded + sync.vipRemoved + sync.asAdded + sync.asRemoved + sync.asWeightUpdated;
}

/** `sync of shop (decision): 2 weights, 3 ms`. */
export function syncText(sync: Sync): string {
  const changes = [
    counted(sync.vipAdded, 'VIP added', 'VIPs added'),
    counted(sync.vipRemoved, 'VIP removed', 'VIPs removed'),
    counted(sync.asAdded, 'server added', 'servers added'),
    counted(sync.asRemoved, 'server removed', 'servers removed'),
    counted(sync.asWeightUpdated, 'weight set', 'weights set'),
    counted(sync.failures, 'failure', 'failures'),
  ].filter((text) => text !== '');
  const what = sync.frontend === null ? 'everything' : sync.frontend;
  const result = changes.length === 0 ? 'nothing to write' : changes.join(', ');
  const times = sync.repeats > 0 ? `, ${sync.repeats + 1} times` : `, ${sync.durationMs.toFixed(1)} ms`;
  return `sync of ${what} (${sync.cause}): ${sync.error === '' ? result : sync.error}${times}`;
}

function counted(count: number, one: string, many: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : many}`;
}

/** What of the events is worth being said aloud: changes of state, and VPP coming and going. */
export function newsOf(events: readonly TimelineEvent[]): readonly string[] {
  return events.filter(isNews).map((event) => {
    const { attrs, msg } = event;
    if (msg === 'backend-transition' || msg === 'frontend-transition') {
      const reason = attrs['reason'] === undefined || attrs['reason'] === '' ? '' : `, ${attrs['reason']}`;
      return `${attrs['backend'] ?? attrs['frontend'] ?? ''} is ${attrs['to'] ?? ''}${reason}`;
    }
    return eventText(event);
  });
}

function isNews({ msg, level }: TimelineEvent): boolean {
  return /^(?:backend|frontend)-transition$|^vpp-(?:dis)?connect$/.test(msg) || level === 'error';
}
