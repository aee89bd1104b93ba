import type { RpcTargets } from '../protocol/rpc.js';
import type { World } from './world.js';

/** One of everything that can be asked and changes nothing. */
const questions: readonly (readonly [what: string, ask: (to: RpcTargets) => Promise<unknown> | null])[] = [
  ['list frontends', ({ ask, views }) => ask(views, { type: 'list-frontends' })],
  ['list backends', ({ ask, views }) => ask(views, { type: 'list-backends' })],
  ['states', ({ ask, health }) => ask(health, { type: 'list-states' })],
  ['details', ({ ask, health }) => ask(health, { type: 'list-details' })],
  ['overrides', ({ ask, operator }) => ask(operator, { type: 'list-overrides' })],
  ['effective', ({ ask, operator }) => ask(operator, { type: 'get-effective' })],
  ['standings', ({ ask, vpp }) => (vpp === null ? null : ask(vpp, { type: 'list-standings' }))],
  ['syncs', ({ ask, vpp }) => (vpp === null ? null : ask(vpp, { type: 'list-syncs' }))],
  ['vpp info', ({ ask, vpp }) => (vpp === null ? null : ask(vpp, { type: 'get-info' }))],
  ['lb state', ({ ask, vpp }) => (vpp === null ? null : ask(vpp, { type: 'get-lb-state' }))],
  ['counters', ({ ask, vpp }) => (vpp === null ? null : ask(vpp, { type: 'get-lb-counters' }))],
  ['flows', ({ ask, vpp }) => (vpp === null ? null : ask(vpp, { type: 'get-flows' }))],
  ['config check', ({ ask, config }) => ask(config, { type: 'check-config' })],
  ['config', ({ ask, config }) => ask(config, { type: 'get-config' })],
  ['events', ({ ask, events }) => ask(events, { type: 'list-events', count: 100 })],
  ['condition', ({ ask, events }) => ask(events, { type: 'get-condition' })],
  ['record', ({ ask, recorder }) => ask(recorder, { type: 'take-record', by: 'lab' })],
];

/** So many of them, one after the other, at one moment. */
export function askAround(world: World, count: number): void {
  for (let i = 0; i < count; i++) {
    const [what, ask] = questions[i % questions.length] ?? [];
    if (what !== undefined && ask !== undefined) world.ask<unknown>(what, ask);
  }
}
