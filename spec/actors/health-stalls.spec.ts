import { expect } from 'chai';
import { createActorSystem } from '../../actors/kernel/system.js';
import { rootActor } from '../../actors/root.js';
import { realClock } from '../../clock/real-clock.js';
import { memoryStore } from '../../daemon/intent-store.js';
import type { MaglevConfig } from '../../domain/config.js';
import { undecided } from '../../domain/rise-fall.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import type { ProbeReadings } from '../../protocol/health.js';
import { noEvents, noLog, noRecorder } from '../support/bare-tree.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { doubtsOverTold, doubtsTold } from '../support/doubts-told.js';
import { Machine } from '../support/machine.js';
import { httpParams, target } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';
import { wholeOfIt } from '../support/slow-part.js';
import { startWebThread, type WebThread } from '../support/web-thread.js';
import { valid } from '../support/world.js';

const BACKENDS = wholeOfIt ? 1000 : 300;
const STALL_MS = 3000;
const names = Array.from({ length: BACKENDS }, (_, i) => `b${i}`);

/** All of them probed every second, within half a second, in one VIP. */
function fleet(port: number): MaglevConfig {
  const address = (i: number) => `127.1.${i >> 6}.${(i & 63) + 1}`;
  const backends = Object.fromEntries(
    names.map((name, i) => [name, { address: address(i), healthcheck: 'web' }]),
  );
  const weights = Object.fromEntries(names.map((name) => [name, 1]));
  const web = {
    name: 'web',
    interval: 1000,
    fastInterval: 1000,
    downInterval: 1000,
    timeout: 500,
    rise: 2,
    fall: 3,
    probeIpv4Source: null,
    probeIpv6Source: null,
    probe: { type: 'http' as const, port, http: httpParams() },
  };
  const config = sampleConfig(backends, [sampleFrontend('shop', '192.0.2.1', [weights])]);
  return { ...config, healthchecks: new Map([['web', web]]) };
}

/** Looks again and again, as long as somebody waits. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 2000) throw new Error('waited in vain');
    await new Promise((resolve) => realClock.schedule(20, () => resolve(null)));
  }
}

describe('a prober that stalls, with the real engine and a healthy fleet', function () {
  this.timeout(60_000);
  const log = recordingLog();
  const machine = new Machine(realClock.monotonic);
  const system = createActorSystem({ clock: realClock, log });
  let engine: ProbeEngine;
  let book: ProbeReadings;
  let web: WebThread;

  const transitions = () =>
    log
      .of('backend-transition')
      .filter(({ level }) => level === 'info')
      .map(({ fields }) => fields['to']);
  const serving = () => {
    const [vip] = machine.vpp.vips.values();
    return [...(vip?.servers.values() ?? [])].filter((weight) => weight > 0).length;
  };
  /** Until every backend was probed twice more, so that one of the probes has begun from now on. */
  const everyOne = async () => {
    const count = (name: string) => book.reading(name)?.results ?? 0;
    const before = new Map(names.map((name) => [name, count(name)]));
    await until(() => names.every((name) => count(name) >= (before.get(name) ?? 0) + 2));
  };
  const doubted = () => new Set(doubtsTold(log));

  const longestStall = (thread: string) =>
    Math.max(
      ...log
        .of('probe-stall')
        .filter(({ fields }) => fields['thread'] === thread)
        .map(({ fields }) => Number(fields['stallMs'])),
    );

  before(async () => {
    web = await startWebThread();
    machine.start();
    const config = fleet(web.port);
    system.start(
      rootActor({
        fatal: () => {},
        config,
        configFile: 'spec',
        loadConfig: async () => valid(config),
        readConfig: async () => valid(config),
        intents: memoryStore(),
        events: noEvents(),
        log: noLog(),
        recorder: noRecorder(),
        service: null,
        openVpp: () => machine.open,
        openStats: null,
        rpc: async () => ({
          address: 'spec',
          httpAddress: '',
          setAccess: () => {},
          reload: async () => {},
          stop: async () => {},
        }),
        makeProbeEngine: (netns, context) => {
          const tuning = { entry: new URL('../support/fragile-worker.js', import.meta.url) };
          const quiet = { ...log, enabled: () => false };
          book = context.book;
          engine = createProbeEngine({ workers: 1, netns, ...context, log: quiet, tuning });
          return engine;
        },
      }),
    );
    await until(() => serving() === BACKENDS);
    expect(new Set(transitions())).to.deep.equal(new Set(['up']));
    await everyOne();
  });
  after(async () => {
    await system.stop();
    await web.end();
  });

  it('takes nobody out when the main thread is blocked, and tells of it', async () => {
    const written = machine.vpp.writes.length;
    const end = performance.now() + STALL_MS;
    while (performance.now() < end);
    await everyOne();
    await everyOne();
    expect(transitions()).to.have.length(BACKENDS);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
    expect(log.of('probe-worker-lost'), 'nor the worker').to.deep.equal([]);
    await until(() => Number.isFinite(longestStall('main')));
    expect(longestStall('main')).to.be.above(STALL_MS / 2);
  });

  it('takes nobody out when the worker is blocked; every backend is in doubt meanwhile, and says so', async () => {
    const written = machine.vpp.writes.length;
    const path = `/stall/${STALL_MS}`;
    const [check] = fleet(web.port).healthchecks.values();
    if (check === undefined) throw new Error('the fleet has a check');
    engine.watch('stall', {
      target: target({ type: 'http', port: web.port, http: httpParams({ path }) }),
      check,
      round: 1,
      standing: undecided(check),
      startMs: 0,
    });
    await until(() => doubted().size >= BACKENDS);
    engine.forget('stall');
    await until(() => doubtsOverTold(log).length >= doubtsTold(log).length);
    await everyOne();
    const records = [...log.of('backend-doubt'), ...log.of('backend-doubts')];
    expect(records.length, 'told by their cause, not one by one').to.be.below(BACKENDS / 10);
    for (const { level, fields } of records) {
      expect(level).to.equal('warn');
      expect(fields).to.include({ code: 'LATE' });
    }
    expect(transitions()).to.have.length(BACKENDS);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
    await until(() => Number.isFinite(longestStall('probes-0')));
    expect(longestStall('probes-0')).to.be.above(STALL_MS / 2);
  });
});
