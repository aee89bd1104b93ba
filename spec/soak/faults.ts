import { setTimeout as sleep } from 'node:timers/promises';
import type { Trouble } from './soaked-servers.js';
import type { SoakedSite } from './soaked-site.js';

/** Begins something that goes wrong, lets it last, and ends it. */
export interface SoakFault {
  readonly what: string;
  readonly run: (site: SoakedSite) => Promise<void>;
}

const troubles: readonly Trouble[] = ['refuses', 'silent', 'error'];

/** One fault, drawn by chance. `random` gives 0..1. */
export function drawFault(random: () => number, site: SoakedSite): SoakFault {
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(random() * list.length)];
    if (found === undefined) throw new Error('there is nothing to choose from');
    return found;
  };
  const forMs = 500 + random() * 7000;
  const server = pick(site.servers);
  const kinds: (() => SoakFault)[] = [
    () => troubleOf(server.name, pick(troubles), forMs),
    () => troubleOf(server.name, pick(troubles), forMs),
    () => ({ what: 'the connection to VPP is cut', run: async ({ proxy }) => proxy.cut() }),
    () => daemonEnds('SIGKILL', forMs),
    () => daemonEnds('SIGTERM', forMs),
    () => ({ what: 'the config is reloaded', run: async (now) => now.reload() }),
    () => operator(server.name, forMs),
    () => byHand(random() < 0.5 ? 'del' : 'weight 0'),
  ];
  if (site.vpp !== null)
    kinds.push(
      () => vppEnds(forMs),
      () => vppHangs(Math.min(forMs, 4000)),
    );
  return pick(kinds)();
}

function troubleOf(name: string, trouble: Trouble, forMs: number): SoakFault {
  return {
    what: `${name} ${trouble} for ${seconds(forMs)}`,
    run: async (site) => {
      const server = site.server(name);
      if (server.trouble !== null) return;
      await server.begin(trouble);
      await sleep(forMs);
      await server.mend();
    },
  };
}

function daemonEnds(signal: 'SIGKILL' | 'SIGTERM', downMs: number): SoakFault {
  return {
    what: `maglevd gets ${signal}, and is started again after ${seconds(downMs)}`,
    run: async (site) => {
      const { maglevd } = site;
      site.ending = true;
      maglevd.signal(signal);
      await maglevd.ended;
      await sleep(downMs);
      site.startDaemon();
    },
  };
}

function vppEnds(downMs: number): SoakFault {
  return {
    what: `VPP is killed, and is started again after ${seconds(downMs)}`,
    run: async (site) => {
      site.vpp?.signal('SIGKILL');
      await site.vpp?.ended;
      await sleep(downMs);
      await site.startVpp();
    },
  };
}

function vppHangs(forMs: number): SoakFault {
  return {
    what: `VPP hangs for ${seconds(forMs)}`,
    run: async ({ vpp }) => {
      vpp?.signal('SIGSTOP');
      await sleep(forMs);
      vpp?.signal('SIGCONT');
    },
  };
}

function operator(name: string, forMs: number): SoakFault {
  return {
    what: `an operator pauses ${name} for ${seconds(forMs)}`,
    run: async (site) => {
      site.paused.add(name);
      const server = site.server(name);
      await site.stage.ctl('set', 'backend', name, 'pause');
      await sleep(forMs);
      // He tries until it is done.
      for (let i = 0; i < 30 && (await site.stage.ctl('set', 'backend', name, 'resume')).code !== 0; i++)
        await sleep(1000);
      server.lastTroubleAt = performance.now();
      site.paused.delete(name);
    },
  };
}

function byHand(how: 'del' | 'weight 0'): SoakFault {
  return {
    what: `somebody types: lb as ... ${how}`,
    run: async (site) => {
      const { address, port } = site.server('s1');
      site.server('s1').lastTroubleAt = performance.now();
      await site.stage.type(`lb as 127.0.7.1/32 protocol tcp port ${port} ${address} ${how}`).catch(() => '');
      site.server('s1').lastTroubleAt = performance.now();
    },
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
