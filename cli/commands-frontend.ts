import { nameText } from '../domain/name.js';
import type { FrontendInfo, PoolInfo } from '../rpc/generated/maglev.js';
import type { Command } from './command.js';
import { columns, fields, none, table } from './layout.js';
import { success } from './outcome.js';
import { type Line, label, plain } from './text.js';

export const frontendCommands: readonly Command[] = [
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
];

function frontendsTable(frontends: readonly FrontendInfo[]): Line[] {
  return table(
    ['name', 'address', 'protocol', 'port', 'state', 'active-pool'],
    frontends.map(({ name, address, protocol, port, state, pools }) => {
      const active = pools.find((pool) => pool.active);
      const pool = active === undefined ? none : nameText(active.name);
      return [nameText(name), address, protocol, portText(port), state, pool];
    }),
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
      [nameText(name), state, weight, effectiveWeight ?? 'keep', reason].map(plain),
    ),
  );
  const [head, ...body] = columns([poolHead.map(label), ...rows], '  ');
  let next = 0;
  return pools.flatMap(({ name, active, backends }) => {
    const members = body.slice(next, next + backends.length);
    next += backends.length;
    const title: Line = [label('pool'), plain(` ${nameText(name)}${active ? ' (active)' : ''}`)];
    return [title, ...(head === undefined || members.length === 0 ? [] : [head]), ...members];
  });
}

function portText(port: number): string {
  return port === 0 ? 'all' : String(port);
}
