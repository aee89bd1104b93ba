import type { Reply } from '../protocol/address.js';
import type { RpcTargets } from '../protocol/rpc.js';
import type { World } from './world.js';

/** One of everything that can be asked and changes nothing. */
const questions: readonly (readonly [
  what: string,
  ask: (to: RpcTargets, reply: Reply<unknown>) => boolean,
])[] = [
  ['list frontends', ({ views }, reply) => views.tell({ type: 'list-frontends', reply })],
  ['list backends', ({ views }, reply) => views.tell({ type: 'list-backends', reply })],
  ['states', ({ health }, reply) => health.tell({ type: 'list-states', reply })],
  ['details', ({ health }, reply) => health.tell({ type: 'list-details', reply })],
  ['overrides', ({ operator }, reply) => operator.tell({ type: 'list-overrides', reply })],
  ['effective', ({ operator }, reply) => operator.tell({ type: 'get-effective', reply })],
  ['standings', ({ vpp }, reply) => vpp?.tell({ type: 'list-standings', reply }) ?? false],
  ['syncs', ({ vpp }, reply) => vpp?.tell({ type: 'list-syncs', reply }) ?? false],
  ['vpp info', ({ vpp }, reply) => vpp?.tell({ type: 'get-info', reply }) ?? false],
  ['lb state', ({ vpp }, reply) => vpp?.tell({ type: 'get-lb-state', reply }) ?? false],
  ['counters', ({ vpp }, reply) => vpp?.tell({ type: 'get-lb-counters', reply }) ?? false],
  ['flows', ({ vpp }, reply) => vpp?.tell({ type: 'get-flows', reply }) ?? false],
  ['config check', ({ config }, reply) => config.tell({ type: 'check-config', reply })],
  ['config', ({ config }, reply) => config.tell({ type: 'get-config', reply })],
  ['events', ({ events }, reply) => events.tell({ type: 'list-events', count: 100, reply })],
  ['condition', ({ events }, reply) => events.tell({ type: 'get-condition', reply })],
  ['record', ({ recorder }, reply) => recorder.tell({ type: 'take-record', by: 'lab', reply })],
];

/** So many of them, one after the other, at one moment. */
export function askAround(world: World, count: number): void {
  for (let i = 0; i < count; i++) {
    const [what, ask] = questions[i % questions.length] ?? [];
    if (what !== undefined && ask !== undefined) world.ask<unknown>(what, ask);
  }
}
