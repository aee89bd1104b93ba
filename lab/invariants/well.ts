import type { ActorDescription } from '../../actors/kernel/contract.js';
import type { Invariant } from '../invariant.js';

/** Longer than anything that has a limit of its own. */
const ANSWER_MS = 60_000;
const MAX_MAILBOX = 2000;
const MAX_TIMERS = 2000;

export const everyAnswer: Invariant = {
  name: 'every-answer',
  promise: 3,
  says: `Every request is answered within ${ANSWER_MS / 1000} s, unless the process ends before.`,
  observe: (world, { checked, broken }) => ({
    second: () => {
      const now = world.clock.monotonic();
      checked();
      for (const request of world.open) {
        if (now - request.askedAt <= ANSWER_MS) continue;
        world.open.delete(request);
        broken(`'${request.what}' has had no answer for ${ANSWER_MS / 1000} s`);
      }
    },
  }),
};

export const bounded: Invariant = {
  name: 'bounded',
  promise: 0,
  says: `No mailbox holds more than ${MAX_MAILBOX} messages, and no process more than ${MAX_TIMERS} timers.`,
  observe: (world, { checked, broken }) => {
    let seconds = 0;
    return {
      took: () => {
        const { pending = 0 } = world.process?.clock ?? {};
        if (pending > MAX_TIMERS) broken(`${pending} timers are set`);
      },
      second: () => {
        if (++seconds % 10 !== 0) return;
        const { process } = world;
        if (process === null) return;
        checked();
        for (const actor of all(process.maglevd.describe())) {
          if (actor.mailbox > MAX_MAILBOX) broken(`${actor.path} has ${actor.mailbox} messages waiting`);
        }
      },
    };
  },
};

function* all(actor: ActorDescription | null): Generator<ActorDescription> {
  if (actor === null) return;
  yield actor;
  for (const child of actor.children) yield* all(child);
}

export const nothingLethal: Invariant = {
  name: 'nothing-lethal',
  promise: 1,
  says: 'VPP never dies of what it is sent.',
  observe: (_world, { checked, broken }) => ({
    wrote: checked,
    vppDied: (death) => {
      if (death.kind === 'crashed') broken(`VPP crashed: ${death.crash.rule} ${death.crash.message}`);
    },
  }),
};

export const noCrash: Invariant = {
  name: 'no-crash',
  promise: 0,
  says: 'No actor crashes of itself, and the process ends only when it is told to.',
  observe: (_world, { checked, broken }) => ({
    told: (_level, event, fields) => {
      checked();
      if (event === 'actor-crash' && !String(fields['error']).includes('the lab strikes'))
        broken(`${fields['path']} crashed at ${fields['message']}: ${fields['error']}\n${fields['stack']}`);
      if (event === 'decision-failed' || event === 'actor-abandoned' || event === 'actor-escalate')
        broken(`${event} ${JSON.stringify(fields)}`);
    },
    ended: (why) => {
      if (why !== 'told to' && why !== 'its config is refused') broken(`the process ended by itself: ${why}`);
    },
  }),
};

export const alive: Invariant = {
  name: 'alive',
  promise: 0,
  says: 'While it runs, the tree gives its sign of life before systemd gives up on it.',
  observe: (world, { checked, broken }) => {
    let lastAt = 0;
    let pid = 0;
    return {
      notified: (lines) => {
        if (lines.includes('WATCHDOG=1')) lastAt = world.clock.monotonic();
      },
      second: () => {
        const { process } = world;
        if (process === null || process.pid !== pid) {
          pid = process?.pid ?? 0;
          lastAt = world.clock.monotonic();
          return;
        }
        checked();
        const silence = world.clock.monotonic() - lastAt;
        if (silence <= 30_000) return;
        lastAt = world.clock.monotonic();
        broken('no sign of life for 30 s');
      },
    };
  },
};

export const gapFree: Invariant = {
  name: 'gap-free',
  promise: 3,
  says: 'Whoever watches gets every event, or is told how many he has missed.',
  observe: (_world, { checked, broken }) => {
    /** What each watcher has had: the number of the last event, and how many he lacks and was told of. */
    const had = new Map<number, { readonly last: number; readonly lost: number }>();
    return {
      subscribed: (watcher, from) => {
        had.set(watcher, { last: from, lost: 0 });
      },
      watched: (watcher, seqs, lost) => {
        const before = had.get(watcher) ?? { last: 0, lost: 0 };
        let { last } = before;
        for (const seq of seqs) {
          checked();
          if (seq <= last) broken(`watcher ${watcher} got event ${seq} after ${last}`);
          last = seq;
        }
        // Some of those that he was told of may come only after the last one that he got.
        const left = before.lost + lost - (last - before.last - seqs.length);
        if (left < 0)
          broken(
            `watcher ${watcher} got ${seqs.length} events from ${before.last} to ${last}, and ${lost} told lost`,
          );
        had.set(watcher, { last, lost: Math.max(0, left) });
      },
    };
  },
};
