import type { ProbeResult } from '../../domain/probe-result.js';
import type { Cancel } from '../../protocol/clock.js';
import type { ProbeTarget } from '../target.js';
import type { ProbeEngine, ProbeEngineOptions } from './contract.js';
import { createProbeEngine } from './engine.js';
import { LocalThread } from './local-thread.js';
import type { StartThread } from './thread-life.js';

export interface LocalEngineOptions extends Pick<ProbeEngineOptions, 'clock' | 'log' | 'book' | 'news'> {
  /** Probes a target once. `ended` is called at most once, at once or later, unless it is cancelled. It looks after its time. */
  readonly probe: (target: ProbeTarget, ended: (result: ProbeResult) => void) => Cancel;
}

/**
 * The engine in the thread that asks for it, over any way of probing and any clock: whoever simulates servers runs the
 * same engine as those who probe real ones.
 */
export function createLocalEngine({ probe, ...options }: LocalEngineOptions): ProbeEngine {
  const { clock } = options;
  const one = (target: ProbeTarget, ended: (result: ProbeResult) => void) => ({
    abandon: probe(target, ended),
    expire: () => {},
  });
  const start: StartThread = (_name, order, events) => new LocalThread({ clock, probe: one }, order, events);
  return createProbeEngine({ ...options, workers: 1, netns: '' }, start);
}
