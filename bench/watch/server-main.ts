import { createHistogram } from 'node:perf_hooks';
import { eventsActor } from '../../actors/events.js';
import type { ActorSpec, Context } from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { realClock } from '../../clock/real-clock.js';
import { teller } from '../../daemon/teller.js';
import { EventMemory } from '../../domain/event-memory.js';
import type { EventsRequest, EventTold } from '../../protocol/events.js';
import { openDescriptors } from '../../spec/support/open-descriptors.js';
import { recordingLog } from '../../spec/support/recording-log.js';
import { startFixture } from '../../spec/support/rpc-fixture.js';
import type { Order, Report } from './orders.js';

/** How often the heart beats, in milliseconds. */
const BEAT_MS = 5;

/**
 * The part of maglevd that tells events, in a process of its own, with what else its event loop has to do: an actor whose
 * timer must fire every few milliseconds, as those of probes and of writes to VPP do. How late it is told is what they
 * would be.
 */
const { log, source } = teller(realClock, { enabled: () => false, log: () => undefined });
const system = createActorSystem({ clock: realClock, log: recordingLog() });
let late = createHistogram();

type Beat = { readonly type: 'beat'; readonly due: number };

function heart(): ActorSpec<Beat> {
  return {
    name: 'heart',
    start: (context: Context<Beat>) => {
      const again = () => context.after(BEAT_MS, { type: 'beat', due: realClock.monotonic() + BEAT_MS });
      again();
      return {
        receive: ({ due }) => {
          late.record(Math.max(1, Math.round((realClock.monotonic() - due) * 1000)));
          again();
        },
      };
    },
  };
}

type Root = EventTold | EventsRequest;

function root(): ActorSpec<Root> {
  return {
    name: 'root',
    start: async (context) => {
      const events = await context.spawn(eventsActor({ source, memory: new EventMemory('bench') }));
      await context.spawn(heart());
      return { receive: (message) => void events.tell(message) };
    },
  };
}

const actor = system.start<Root>(root());
const fixture = await startFixture(
  { events: (message) => void actor.tell(message) },
  { address: '127.0.0.1:0', maxConnections: 4096 },
);

/** Tells events at an even pace; each carries when it was told. */
function tellEvents({ rate, seconds }: { rate: number; seconds: number }): Promise<void> {
  const begin = realClock.monotonic();
  let told = 0;
  return new Promise((resolve) => {
    const more = () => {
      const due = Math.floor(((realClock.monotonic() - begin) / 1000) * rate);
      for (; told < Math.min(due, rate * seconds); told++)
        log.log('warn', 'config-reload-delayed', { retryMs: realClock.monotonic() });
      if (told >= rate * seconds) resolve();
      else realClock.schedule(1000 / Math.min(rate, 500), more);
    };
    more();
  });
}

function report(cpu: NodeJS.CpuUsage, began: number): Report {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const { user, system: kernel } = process.cpuUsage(cpu);
  return {
    bytes: heapUsed + external + arrayBuffers,
    rss,
    descriptors: openDescriptors().length,
    lateMs: { p50: late.percentile(50) / 1000, p99: late.percentile(99) / 1000, max: late.max / 1000 },
    cpu: (user + kernel) / 1000 / (realClock.monotonic() - began),
  };
}

async function obey(order: Order): Promise<Report> {
  const cpu = process.cpuUsage();
  const began = realClock.monotonic();
  late = createHistogram();
  if (order.type === 'tell') await tellEvents(order);
  return report(cpu, began);
}

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
process.send?.(fixture.server.address);
