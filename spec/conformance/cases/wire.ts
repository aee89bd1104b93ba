import type { ConformanceCase } from '../case.js';
import type { WireProbe } from '../wire-probes.js';

const expectations: readonly [WireProbe, string][] = [
  ['unknown message', 'no answer'],
  ['message without its last byte', 'no answer'],
  ['message with bytes behind it', '1 answer'],
  ['frame header full of other bytes', '1 answer'],
  ['frame in single bytes', '1 answer'],
  ['client index 0', 'no answer, executed true, again -81'],
  ['client index of nobody', 'no answer, executed true, again -81'],
  ['client index of another client', 'the other one gets context 7; no answer'],
  ['contexts 0 and 0xffffffff', '0 4294967295'],
  ['a hundred requests at once', 'answers in order'],
  ['handshake once more', 'response 0, same index, same table'],
  ['goodbye', 'unknown -1, own 1, then the end'],
  ['fixed message ids', '15 17 21 23, the others from 29 on: true'],
  ['first message id', 'lb 0 is lb_conf, unknown -7 65535'],
  ['ping', '0, own index true'],
  ['keepalive', 'no answer'],
  ['versions', '0, 0 of the API, program vpe'],
  ['api description', '0, JSON true, lb true, 1 byte behind it'],
];

/** What VPP does with frames and connections. */
export const wireCases: readonly ConformanceCase[] = expectations.map(([probe, is]) => ({
  name: `the connection: ${probe}`,
  steps: [{ op: 'wire', probe, is }],
}));
