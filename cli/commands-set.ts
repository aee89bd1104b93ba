import { MaglevError } from '../domain/errors.js';
import { isWeight, MAX_WEIGHT } from '../domain/lb-limits.js';
import { nameText } from '../domain/name.js';
import type { MaglevClient } from '../rpc/client.js';
import type { BackendInfo, FrontendInfo } from '../rpc/generated/maglev.js';
import type { Command } from './command.js';
import { sentence } from './layout.js';
import { success } from './outcome.js';
import { type Line, label, plain } from './text.js';

type Action = (client: MaglevClient, name: string) => Promise<BackendInfo>;

const actions: readonly (readonly [string, string, Action])[] = [
  [
    'pause',
    'stop probing a backend, and send it no new flows; the flows it has live on',
    (client, name) => client.pauseBackend(name),
  ],
  ['resume', 'end the pause of a backend', (client, name) => client.resumeBackend(name)],
  ['enable', 'let a disabled backend serve again', (client, name) => client.enableBackend(name)],
  [
    'disable',
    'take a backend out of service, and cut the flows it has',
    (client, name) => client.disableBackend(name),
  ],
];

export const setCommands: readonly Command[] = [
  ...actions.map(
    ([word, help, act]): Command => ({
      usage: `set backend <name> ${word}`,
      help,
      slow: true,
      run: async ({ client }, { name = '' }) => {
        const response = await act(await client(), name);
        return { ...success([backendLine(response)], response), warning: response.warning };
      },
    }),
  ),
  {
    usage: 'set frontend <name> pool <pool> backend <backend> weight <0-100> [flush]',
    help: 'change the weight of a backend in a pool; flush also cuts the flows it has',
    slow: true,
    run: async ({ client }, slots) => {
      const { name: frontend = '', pool = '', backend = '' } = slots;
      const weight = parseWeight(slots['0-100'] ?? '');
      const flush = slots['flush'] !== undefined;
      const response = await (await client()).setWeight({ frontend, pool, backend, weight, flush });
      return { ...success(weightText(response, pool, backend), response), warning: response.warning };
    },
  },
];

export function parseWeight(text: string): number {
  if (/^\d{1,3}$/.test(text) && isWeight(Number(text))) return Number(text);
  throw new MaglevError('MGL_USAGE', `'${text}' is no weight: use a whole number from 0 to ${MAX_WEIGHT}`);
}

/** A maglevd that says nothing of VPP is an older one. */
function backendLine({ name, state, enabled, outcome }: BackendInfo): Line {
  const done = outcome?.summary ?? `${state}, ${enabled ? 'enabled' : 'not enabled'}`;
  return [label('backend'), plain(` ${nameText(name)}: ${done}`)];
}

/** What came of it: the weight that counts can be another one, as the reason says. */
function weightText(frontend: FrontendInfo, poolName: string, backendName: string): Line[] {
  const pool = frontend.pools.find(({ name }) => name === poolName);
  const backend = pool?.backends.find(({ name }) => name === backendName);
  const done = frontend.outcome?.summary ?? `weight ${backend?.weight ?? '?'}`;
  const place: Line = [
    label('frontend'),
    plain(` ${nameText(frontend.name)} `),
    label('pool'),
    plain(` ${nameText(poolName)} `),
    label('backend'),
    plain(` ${nameText(backendName)}: ${done}`),
  ];
  const effective: readonly (readonly [string, string | number])[] = [
    ['effective-weight', backend?.effectiveWeight ?? 'keep'],
    ['reason', backend?.reason ?? '?'],
  ];
  return [place, sentence(effective, '  ')];
}
