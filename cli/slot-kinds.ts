import type { MaglevClient } from '../rpc/client.js';
import { completionShells } from './completion-scripts.js';

/** What stands in a slot of a command. */
export interface SlotKind {
  /** For `?`, and for the list of what can follow. */
  readonly help: string;
  /** There are only these, and they may be shortened. */
  readonly values?: readonly string[];
  /** What Tab offers of what there is now; `slots` are the values before it. */
  readonly live?: (
    client: MaglevClient,
    slots: Readonly<Record<string, string>>,
  ) => Promise<readonly string[]>;
  /** Some that help to write one; others are as good. */
  readonly examples?: readonly string[];
}

const named = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);

const kinds = {
  frontend: {
    help: 'the name of a frontend',
    live: async (client) => named((await client.listFrontends()).frontends),
  },
  backend: {
    help: 'the name of a backend; where several are taken, also a pattern with * and ?',
    live: async (client) => named((await client.listBackends()).backends),
  },
  watched: {
    help: 'the name of a backend or a frontend',
    live: async (client) => {
      const [{ backends }, { frontends }] = await Promise.all([
        client.listBackends(),
        client.listFrontends(),
      ]);
      return [...named(backends), ...named(frontends)];
    },
  },
  healthcheck: {
    help: 'the name of a health check',
    live: async (client) => named((await client.listHealthChecks()).healthchecks),
  },
  pool: {
    help: 'the name of a pool of the frontend',
    live: async (client, { name = '' }) => named((await client.getFrontend(name)).pools),
  },
  member: {
    help: 'the name of a backend of the pool; also a pattern with * and ?',
    live: async (client, { name = '', pool = '' }) => {
      const { pools } = await client.getFrontend(name);
      return pools.filter((one) => one.name === pool).flatMap(({ backends }) => named(backends));
    },
  },
  actor: {
    help: 'the path of a part of maglevd, as /root/vpp',
    live: async (client) => (await client.listActors('')).actors.map(({ path }) => path),
  },
  sync: {
    help: 'the number of a sync',
    live: async (client) => (await client.listSyncs()).syncs.map(({ id }) => String(id)),
  },
  weight: { help: 'a whole number from 0 to 100', examples: ['0', '100'] },
  count: { help: 'how many: a whole number from 1 to 10000', examples: ['10', '100'] },
  time: { help: 'a time, as 500ms, 5s or 1m30s', examples: ['1s', '10s', '1m'] },
  level: { help: 'how grave a record is at least', values: ['debug', 'info', 'warn', 'error'] },
  state: { help: 'a state of a backend', values: ['up', 'down', 'unknown', 'paused', 'disabled'] },
  protocol: {
    help: 'tcp, udp, icmp, icmp6 or a number; tcp unless one is given',
    examples: ['tcp', 'udp', 'icmp', 'icmp6'],
  },
  address: { help: 'an IP address' },
  port: { help: 'a port, 0 to 65535', examples: ['80', '443'] },
  server: { help: 'the address of another maglevd: host:port or unix:/path' },
  'config-file': { help: 'the path of a config file, where maglevd runs' },
  file: { help: 'the name of a file on this machine' },
  shell: { help: 'the shell that the script is for', values: completionShells },
  command: { help: 'words of a command' },
  text: { help: 'a value' },
} as const satisfies Readonly<Record<string, SlotKind>>;

export type SlotKindName = keyof typeof kinds;

/** What a slot of a command takes; a slot of which the command does not say it is of the kind that it is called by. */
export function kindOf(
  { slots = {} }: { readonly slots?: Readonly<Record<string, SlotKindName>> },
  slot: string,
): SlotKind {
  const name = slots[slot] ?? (Object.hasOwn(kinds, slot) ? (slot as SlotKindName) : 'text');
  return kinds[name];
}
