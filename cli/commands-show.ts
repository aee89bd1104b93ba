import { productVersion } from '../domain/version.js';
import type { BackendInfo, FrontendInfo, PoolInfo } from '../rpc/generated/maglev.js';
import type { Command, Outcome } from './command.js';
import { columns, fields, table } from './layout.js';
import { type Line, label, plain } from './text.js';

export const showCommands: readonly Command[] = [
  {
    usage: 'show version',
    help: 'the version of maglevc',
    run: async () => success([[plain(`maglevc ${productVersion}`)]], { version: productVersion }),
  },
  {
    usage: 'show frontends',
    help: 'all frontends, with their state',
    run: async ({ client }) => {
      const response = await (await client()).listFrontends();
      return success(frontendsTable(response.frontends), response);
    },
  },
  {
    usage: 'show frontend <name>',
    help: 'one frontend: its pools, and the weight of every backend with the reason for it',
    run: async ({ client }, { name = '' }) => {
      const response = await (await client()).getFrontend(name);
      return success(frontendText(response), response);
    },
  },
  {
    usage: 'show backends',
    help: 'all backends, with their state',
    run: async ({ client }) => {
      const response = await (await client()).listBackends();
      return success(backendsTable(response.backends), response);
    },
  },
  {
    usage: 'show backend <name>',
    help: 'one backend, and the frontends that use it',
    run: async ({ client }, { name = '' }) => {
      const response = await (await client()).getBackend(name);
      return success(backendText(response), response);
    },
  },
];

function success(text: readonly Line[], json: unknown): Outcome {
  return { text, json, failure: null };
}

/** For an empty value in a table, where a blank would look like a mistake. */
const none = '-';

function frontendsTable(frontends: readonly FrontendInfo[]): Line[] {
  return table(
    ['name', 'address', 'protocol', 'port', 'state', 'active-pool'],
    frontends.map(({ name, address, protocol, port, state, pools }) => [
      name,
      address,
      protocol,
      portText(port),
      state,
      pools.find(({ active }) => active)?.name ?? none,
    ]),
  );
}

function frontendText(frontend: FrontendInfo): Line[] {
  return [
    ...fields([
      ['name', frontend.name],
      ['address', frontend.address],
      ['protocol', frontend.protocol],
      ['port', portText(frontend.port)],
      ['state', frontend.state],
      ['src-ip-sticky', frontend.srcIpSticky],
      ['flush-on-down', frontend.flushOnDown],
      ...(frontend.description === '' ? [] : [['description', frontend.description] as const]),
    ]),
    ...poolsText(frontend.pools),
  ];
}

const poolHead = ['backend', 'state', 'weight', 'effective-weight', 'reason'];

/** One table over all pools, so that they can be compared, cut at the line that names each pool. */
function poolsText(pools: readonly PoolInfo[]): Line[] {
  const rows = pools.flatMap(({ backends }) =>
    backends.map(({ name, state, weight, effectiveWeight, reason }) =>
      [name, state, weight, effectiveWeight ?? 'keep', reason].map(plain),
    ),
  );
  const [head, ...body] = columns([poolHead.map(label), ...rows], '  ');
  let next = 0;
  return pools.flatMap(({ name, active, backends }) => {
    const members = body.slice(next, next + backends.length);
    next += backends.length;
    const title: Line = [label('pool'), plain(` ${name}${active ? ' (active)' : ''}`)];
    return [title, ...(head === undefined || members.length === 0 ? [] : [head]), ...members];
  });
}

function backendsTable(backends: readonly BackendInfo[]): Line[] {
  return table(
    ['name', 'address', 'state', 'enabled', 'healthcheck', 'frontends'],
    backends.map(({ name, address, state, enabled, healthcheck, frontends }) => [
      name,
      address,
      state,
      enabled,
      healthcheck || none,
      frontends.join(' ') || none,
    ]),
  );
}

function backendText(backend: BackendInfo): Line[] {
  return fields([
    ['name', backend.name],
    ['address', backend.address],
    ['state', backend.state],
    ['enabled', backend.enabled],
    ['healthcheck', backend.healthcheck || none],
    ['frontends', backend.frontends.join(' ') || none],
  ]);
}

function portText(port: number): string {
  return port === 0 ? 'all' : String(port);
}
