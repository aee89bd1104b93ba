import type { ConformanceCase } from '../case.js';

/** What garbage collection takes away. It comes once a minute, so the cases wait for it. */
export const garbageCases: readonly ConformanceCase[] = [
  {
    name: 'removed servers and VIPs are gone two minutes later, unless flows refer to them',
    slow: true,
    steps: [
      { op: 'cli', command: 'test lb flowtable flush', retval: 0, reply: '' },
      { op: 'add-vip', vip: '100.69.0.1/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '100.69.0.1/32 tcp 443', server: '10.89.0.1', retval: 0 },
      {
        op: 'packets',
        burst: {
          from: '198.51.100.7',
          to: '100.69.0.1',
          protocol: 'tcp',
          port: 443,
          sourcePorts: [40_000, 40_001],
          bytes: 60,
        },
        go: '1 1',
      },
      { op: 'add-as', vip: '100.69.0.1/32 tcp 443', server: '10.89.0.2', retval: 0 },
      { op: 'add-as', vip: '100.69.0.1/32 tcp 443', server: '10.89.0.3', retval: 0 },
      { op: 'del-as', vip: '100.69.0.1/32 tcp 443', server: '10.89.0.1', retval: 0 },
      { op: 'del-as', vip: '100.69.0.1/32 tcp 443', server: '10.89.0.2', retval: 0 },
      { op: 'add-vip', vip: '100.69.0.2/32 tcp 443', retval: 0 },
      { op: 'add-as', vip: '100.69.0.2/32 tcp 443', server: '10.89.0.4', retval: 0 },
      { op: 'del-vip', vip: '100.69.0.2/32 tcp 443', retval: 0 },
      {
        op: 'servers',
        are: [
          '100.69.0.1/32 6 443 10.89.0.1 flags:0 weight:100 buckets:0',
          '100.69.0.1/32 6 443 10.89.0.2 flags:0 weight:100 buckets:0',
          '100.69.0.1/32 6 443 10.89.0.3 flags:1 weight:100 buckets:1024',
          '100.69.0.2/32 6 443 10.89.0.4 flags:0 weight:100 buckets:0',
        ],
      },
      { op: 'wait', seconds: 135 },
      {
        op: 'servers',
        are: [
          '100.69.0.1/32 6 443 10.89.0.1 flags:0 weight:100 buckets:0',
          '100.69.0.1/32 6 443 10.89.0.3 flags:1 weight:100 buckets:1024',
        ],
      },
      { op: 'del-as', vip: '100.69.0.1/32 tcp 443', server: '10.89.0.1', flush: true, retval: 0 },
      { op: 'wait', seconds: 135 },
      { op: 'servers', are: ['100.69.0.1/32 6 443 10.89.0.3 flags:1 weight:100 buckets:1024'] },
    ],
  },
];
