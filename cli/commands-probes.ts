import { nameText } from '../domain/name.js';
import type { ProbesInfo } from '../rpc/generated/maglev.js';
import { type Command, success } from './command.js';
import { fields, none, table } from './layout.js';
import type { Line } from './text.js';
import { momentWithAge, roughSpan } from './time-text.js';

export const probeCommands: readonly Command[] = [
  {
    usage: 'show probes <name>',
    slots: { name: 'backend' },
    json: 'ProbesInfo',
    help: "the results of one backend's probes: how many of each, how long they took, and the last ones",
    run: async ({ client, clock }, { name = '' }) => {
      const response = await (await client()).getProbes(name);
      return success(probesText(response, clock.now()), response);
    },
  },
  {
    usage: 'show caller',
    json: 'CallerInfo',
    help: 'who maglevd takes you for, and what you may do',
    run: async ({ client }) => {
      const response = await (await client()).getCaller();
      return success(
        fields([
          ['who', response.who],
          ['role', response.role === '' ? none : response.role],
        ]),
        response,
      );
    },
  },
];

/** Of the last ones so many are shown; JSON has all. */
const SHOWN = 10;

function probesText(probes: ProbesInfo, nowMs: number): Line[] {
  const { backend, results, codes, buckets, durationSumNs, last } = probes;
  const counts = codes.map(({ code, count }) => `${count} ${code}`).join(', ');
  const heads = [
    ['backend', nameText(backend)],
    ['results', results === 0n ? 'none yet' : `${results}: ${counts}`],
    ['took', results === 0n ? none : `${roughSpan(durationSumNs / results)} on average`],
  ] as const;
  const spans = buckets
    .filter(({ count }) => count > 0n)
    .map(({ atMostNs, count }) => {
      const span = atMostNs === undefined ? 'longer than that' : `at most ${roughSpan(atMostNs)}`;
      return ['', `${count} ${span}`] as const;
    });
  const rows = last
    .slice(0, SHOWN)
    .map(({ timeNs, verdict, code, durationNs }) => [
      momentWithAge(timeNs, nowMs),
      verdict,
      code,
      roughSpan(durationNs),
    ]);
  return [
    ...fields([...heads, ...spans]),
    ...(rows.length === 0 ? [] : table(['when', 'verdict', 'code', 'took'], rows)),
  ];
}
