import type { Pending } from '../applied.js';
import type { BackendAction } from '../operator.js';
import { event, field, maybe } from './event.js';

const noted = {
  asked: field<string>('`pause`, `disable`, `weight 10`, …'),
  backend: field<string>(),
  frontend: maybe<string>('of a weight'),
  pool: maybe<string>('of a weight'),
} as const;

/** What operators ask for, and what becomes of it. */
export const operatorEvents = {
  'operator-action': event(['info'], 'somebody asked for it, and it is known what VPP has of it', {
    backend: field<string>(),
    action: field<BackendAction | 'weight'>(),
    frontend: maybe<string>('of a weight'),
    pool: maybe<string>('of a weight'),
    weight: maybe<number>('of a weight'),
    flush: maybe<boolean>('of a weight'),
    outcome: field<'done' | 'refused'>(),
    code: maybe<string>('refused: why; done: why nobody knows what VPP has of it'),
    error: maybe<string>('the same in words, when it was done'),
    acknowledged: maybe<number>('operations that VPP acknowledged because of it'),
    weights: maybe<number>('weights among them'),
    flushed: maybe<number>('servers whose flows VPP has cut'),
    vppMs: maybe<number>('how long VPP took'),
    pending: maybe<Pending['why']>(
      'why VPP does not have all of it: `disabled`, `disconnected`, `paused`, `refused`, `full-sync`, `silent`, `failed`',
    ),
    reason: maybe<string>('the same in words'),
    peer: maybe<string>('`uid:1000`, `token:ci`, `cert:CN=ci`, or the address of who is not known'),
  }),
  'operator-intent-dropped': event(
    ['warn'],
    'a reload or a start forgot what an operator had asked for ([when](healthchecks.md#how-long-it-holds))',
    { ...noted, why: field<string>() },
  ),
  'operator-intent-dormant': event(
    ['warn'],
    'the config lacks its name: it is kept, and out of force until the name is back',
    noted,
  ),
  'operator-intent-back': event(['warn'], 'the name is back, and it is in force again', noted),
  'operator-state-lost': event(
    ['error', 'debug'],
    'what operators asked for before the start, or a part of it, could not be read ([what then](healthchecks.md#how-long-it-holds)); the same failure again: debug',
    { error: field<string>() },
  ),
  'operator-state-not-kept': event(
    ['error', 'debug'],
    'what an operator asked for is in force, but could not be written, or will not be for want of a folder, and it is tried again; the same failure again: debug',
    { error: field<string>() },
  ),
  'operator-state-slow': event(['warn'], 'the disk has not finished writing or reading it', {
    forMs: field<number>(),
  }),
  'operator-state-kept': event(['info'], 'it is written at last, after it failed or took long', {
    ms: field<number>(),
  }),
  'operator-state-found': event(['warn'], 'what was kept before could be read at last, and is in force', {
    backends: field<number>('how many'),
    weights: field<number>('how many'),
  }),
  'operator-state-moved': event(
    ['info'],
    'what operators asked for was kept for all VPPs alike, and belongs to this VPP from now on; a copy of it, where no VPP is governed',
    { from: field<string>(), to: field<string>() },
  ),
  'state-dir-shared': event(
    ['error'],
    'another maglevd keeps the state that concerns the same VPP; this one neither reads nor writes it until the other one ends',
    { error: field<string>() },
  ),
} as const;
