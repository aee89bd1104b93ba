import type { MaglevConfig } from '../../domain/config.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';

/** What may go wrong, or be changed, besides what has to be done anyway. Each such step is one fault of the few that a search allows. */
export type FaultKind =
  /** A server goes down, or comes back. */
  | 'verdict'
  /** An operator pauses, disables, resumes or enables a server, or sets its weight to 0 and cuts its flows. */
  | 'word'
  /** The other config is loaded. */
  | 'reload'
  /** What VPP was asked, or what it answered, is lost. */
  | 'lost'
  /** VPP refuses one operation. */
  | 'refused'
  /** VPP is restarted and has nothing. */
  | 'vpp-restart'
  /** The connection ends; VPP has executed what it was sent, or nothing of it. */
  | 'connection'
  /** maglevd is restarted: nothing is known but what operators asked for. */
  | 'daemon-restart'
  /** The same, and what operators asked for comes from the disk at some time later. */
  | 'slow-disk'
  /** A reconciler crashes. */
  | 'crash'
  /** Somebody else changes VPP; also between the halves of a read. */
  | 'foreign';

/** A small site, and what may happen to it. */
export interface Fleet {
  readonly name: string;
  readonly what: string;
  /** The first one is loaded at the start. All have the same frontends, and the same of all that operators can change. */
  readonly configs: readonly MaglevConfig[];
  readonly faults: readonly FaultKind[];
  /** Most faults in one history. */
  readonly most: number;
  /** Are both frontends alike in all but their names, so that a history and its mirror image are one? */
  readonly mirrored: boolean;
  /** Of whom operators speak. */
  readonly spokenOf: readonly string[];
  /** Servers that are down at the start. */
  readonly down: readonly string[];
}

const three = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' }, c: { address: '10.0.0.3' } };
const backup = [{ a: 100, b: 50 }, { c: 100 }];
const even = [{ a: 100, b: 100, c: 30 }];

/** Probed, so that verdicts count. `long`: a table that makes each change of a server a piece of its own. */
function site(
  servers: Readonly<Record<string, { readonly address: string }>>,
  frontends: Parameters<typeof sampleConfig>[1],
  long = false,
): MaglevConfig {
  const probed = Object.entries(servers).map(([name, one]) => [name, { ...one, healthcheck: 'hc' }]);
  const config = sampleConfig(Object.fromEntries(probed), frontends);
  return { ...config, lb: { ...config.lb, newFlowsTableLength: long ? 2 ** 20 : 1024 } };
}

const onePrefix = (pools: typeof backup | typeof even, more = {}) => [
  sampleFrontend('web', '192.0.2.1', pools, more),
  sampleFrontend('api', '192.0.2.1', even, { port: 443, flushOnDown: false }),
];
const web = sampleFrontend('web', '192.0.2.1', backup);
const twoPrefixes = (pools: typeof backup | typeof even) => [
  sampleFrontend('web', '192.0.2.1', pools),
  sampleFrontend('api', '192.0.2.2', pools),
];
const sixes = {
  a: { address: '2001:db8::1' },
  b: { address: '2001:db8::2' },
  c: { address: '2001:db8::3' },
};
const moved = { ...three, c: { address: '10.0.0.4' } };

export const fleets: readonly Fleet[] = [
  {
    name: 'failover',
    what: 'two frontends on two addresses, each with a backup pool',
    configs: [site(three, twoPrefixes(backup))],
    faults: ['verdict', 'lost', 'refused', 'vpp-restart', 'connection', 'crash'],
    most: 3,
    mirrored: true,
    spokenOf: [],
    down: [],
  },
  {
    name: 'pieces',
    what: 'two frontends on one address, with tables so long that each change is a piece of its own',
    configs: [site(three, onePrefix(backup), true)],
    faults: ['verdict', 'lost', 'refused', 'connection'],
    most: 3,
    mirrored: false,
    spokenOf: [],
    down: [],
  },
  {
    name: 'words',
    what: 'operators who change their mind, while VPP is slow, silent or restarted',
    configs: [site(three, onePrefix(backup))],
    faults: ['word', 'verdict', 'lost', 'refused', 'vpp-restart', 'connection'],
    most: 3,
    mirrored: false,
    spokenOf: ['a', 'b', 'c'],
    down: [],
  },
  {
    name: 'kept words',
    what: 'operators, and restarts of maglevd',
    configs: [site(three, onePrefix(backup))],
    faults: ['word', 'daemon-restart'],
    most: 3,
    mirrored: false,
    spokenOf: ['a', 'c'],
    down: [],
  },
  {
    name: 'slow disk',
    what: 'operators who speak before a restarted maglevd knows what was said before',
    configs: [site(three, [web])],
    faults: ['word', 'slow-disk'],
    most: 3,
    mirrored: false,
    spokenOf: ['a', 'c'],
    down: [],
  },
  {
    name: 'words and reloads',
    what: 'operators, while a server moves to another address and back',
    configs: [site(three, onePrefix(backup)), site(moved, onePrefix(backup))],
    faults: ['word', 'reload'],
    most: 3,
    mirrored: false,
    spokenOf: ['a', 'b', 'c'],
    down: [],
  },
  {
    name: 'restart',
    what: 'maglevd restarted while servers fail over, the first pool being down',
    configs: [site(three, onePrefix(backup))],
    faults: ['verdict', 'daemon-restart', 'lost', 'crash'],
    most: 3,
    mirrored: false,
    spokenOf: [],
    down: ['a', 'b'],
  },
  {
    name: 'foreign',
    what: 'somebody else writes to VPP, also between the halves of a read',
    configs: [site(three, onePrefix(backup))],
    faults: ['foreign', 'verdict', 'lost', 'connection'],
    most: 3,
    mirrored: false,
    spokenOf: [],
    down: [],
  },
  {
    name: 'reload',
    what: 'a server moves to another address, and back',
    configs: [site(three, onePrefix(backup)), site(moved, onePrefix(backup))],
    faults: ['reload', 'verdict', 'lost', 'refused', 'vpp-restart', 'crash'],
    most: 3,
    mirrored: false,
    spokenOf: [],
    down: [],
  },
  {
    name: 'anew',
    what: 'a VIP that must be made anew, for another stickiness, beside another one on its address',
    configs: [site(three, onePrefix(backup)), site(three, onePrefix(backup, { srcIpSticky: true }))],
    faults: ['reload', 'verdict', 'lost', 'refused', 'vpp-restart', 'connection', 'crash'],
    most: 3,
    mirrored: false,
    spokenOf: [],
    down: [],
  },
  {
    name: 'family',
    what: 'a VIP that must be made anew, for servers of another family',
    configs: [site(three, [web]), site(sixes, [web])],
    faults: ['reload', 'lost', 'refused', 'vpp-restart', 'connection', 'crash'],
    most: 3,
    mirrored: false,
    spokenOf: [],
    down: [],
  },
];
