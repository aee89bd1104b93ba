import type { MaglevConfig } from '../domain/config.js';
import type { FieldsOf, ToldEvent } from '../domain/events.js';
import { detectionBounds, Histogram, writeBounds } from '../domain/histogram.js';
import { LabelledCounts } from '../domain/labelled-counts.js';
import { ApplyTimes } from './apply-times.js';

/** Kinds of changes, as the reference implementation calls them. */
const changeKinds = {
  vipAdded: 'vip_added',
  vipRemoved: 'vip_removed',
  asAdded: 'as_added',
  asRemoved: 'as_removed',
  asWeightUpdated: 'as_weight_updated',
} as const;

/** What events add up to since maglevd was started. It outlives whoever listens to them. */
export class EventTally {
  readonly events = new LabelledCounts();
  readonly transitions = new LabelledCounts();
  readonly changes = new LabelledCounts();
  readonly syncs = new LabelledCounts();
  readonly syncTimes = { all: new Histogram(writeBounds), vip: new Histogram(writeBounds) };
  readonly restarts = new LabelledCounts();
  readonly stalls = new LabelledCounts();
  readonly detection = new Histogram(detectionBounds);
  readonly applyTimes = new ApplyTimes();
  workersLost = 0;
  connects = 0;
  disconnects = 0;
  deathsWhileWriting = 0;
  /** Events that did not come, because they were too many at once. */
  lost = 0;
  /** When the last full sync was over that could be finished, milliseconds since the epoch; null = there was none. */
  fullSyncAt: number | null = null;
  /** The last one that was asked for; null = none was. */
  reload: { readonly ok: boolean; readonly at: number } | null = null;
  /** When the last one was accepted, milliseconds since the epoch; null = none was. */
  reloadedAt: number | null = null;
  /** Behind which event it goes on. */
  lastSeq = 0;

  /** `failingSince`: when the probes of a backend began to fail, milliseconds since the epoch; null = not known. */
  hear(told: ToldEvent, failingSince: (backend: string) => number | null): void {
    const { seq, at, event } = told;
    if (seq > 0) {
      this.lastSeq = seq;
      this.events.add([event.name, event.level]);
    }
    this.applyTimes.hear(told);
    switch (event.name) {
      case 'backend-transition': {
        const { backend, from, to } = event.fields;
        if (from === to) break;
        this.transitions.add([backend, from, to]);
        const since = to === 'down' ? failingSince(backend) : null;
        if (since !== null) {
          this.detection.observe(Math.max(0, at - since) / 1000, { labels: { backend }, at });
        }
        break;
      }
      case 'vpp-lbsync-done':
        this.#synced(at, event.fields);
        break;
      case 'vpp-connect':
        this.connects++;
        break;
      case 'vpp-disconnect':
        this.disconnects++;
        break;
      case 'vpp-died-writing':
        this.deathsWhileWriting++;
        break;
      case 'actor-restart':
        this.restarts.add([kindOfActor(event.fields.path)]);
        break;
      case 'probe-stall':
        this.stalls.add([event.fields.thread]);
        break;
      case 'probe-worker-lost':
        this.workersLost++;
        break;
      case 'config-reload-done':
        this.reload = { ok: event.fields.ok, at };
        if (event.fields.ok) this.reloadedAt = at;
        break;
    }
  }

  /** Which backends there are, and where they serve. What concerned others is forgotten. */
  follow(config: MaglevConfig): void {
    this.transitions.keep(([backend = '']) => config.backends.has(backend));
    this.applyTimes.follow(config);
  }

  #synced(at: number, fields: FieldsOf<'vpp-lbsync-done'>): void {
    const { scope, code, failures = 0, durationMs } = fields;
    this.syncs.add([scope, code !== undefined ? 'unfinished' : failures > 0 ? 'failure' : 'success']);
    for (const [field, kind] of Object.entries(changeKinds)) {
      this.changes.add([scope, kind], fields[field as keyof typeof changeKinds] ?? 0);
    }
    if (code !== undefined) return;
    if (durationMs !== undefined) this.syncTimes[scope].observe(durationMs / 1000);
    if (scope === 'all') this.fullSyncAt = at;
  }
}

/** `/root/health/backend-*`: parts of which there is one for each thing that the config names are told together. */
export function kindOfActor(path: string): string {
  return path.replace(/\/backend-[^/]*/, '/backend-*').replace(/(\/lb)\/[^/]+/, '$1/vip-*');
}

/** Is an actor below `parent` one of those? */
export function isOneOfMany(path: string, parent: string): boolean {
  return parent.endsWith('/lb') || path.startsWith('/backend-', parent.length);
}
