import type { Frontend, MaglevConfig } from '../../domain/config.js';
import type { DesiredAs, DesiredVip } from '../../domain/lb.js';
import type { Said } from './said.js';
import { Violation } from './vpp-model.js';

/** What is known of a server, by whoever looks at the fleet from outside. */
type Known = 'out' | 'up' | 'down' | 'unknown';

export interface Circumstances {
  readonly config: MaglevConfig;
  readonly said: Said;
  readonly down: ReadonlySet<string>;
  readonly told: ReadonlySet<string>;
  readonly holdAll: boolean;
}

/**
 * Compares what was decided with what a person reckons who knows the config, the servers and what operators have said.
 * Nothing of the rules that ship is used for it.
 */
export function compareWithReckoned(frontend: Frontend, vip: DesiredVip, so: Circumstances): void {
  const { pools, flushOnDown } = frontend;
  const weightOf = (name: string, weight: number) =>
    so.said.has(`weight ${frontend.name} ${name}`) ? 0 : weight;
  const servers = pools.flatMap(({ backends }, pool) =>
    backends.map(({ name, weight }) => ({
      name,
      pool,
      weight: weightOf(name, weight),
      // What an operator asked for waits for nothing.
      asked: so.said.has(`weight ${frontend.name} ${name}`),
      known: knownOf(name, so),
    })),
  );
  const candidates = servers.filter(({ weight }) => weight > 0);
  const active = candidates.find(({ known }) => known === 'up')?.pool ?? null;
  const waits = candidates.some(({ known, pool }) => known === 'unknown' && pool < (active ?? 0));
  const starts = so.holdAll && servers.some(({ known }) => known === 'unknown');
  for (const { name, pool, weight, known, asked } of servers) {
    const as = vip.ases.find(({ backend }) => backend === name);
    const wrong = (what: string) =>
      new Violation(`what is decided is right: ${name} of ${vip.frontend} ${what}`);
    if (as === undefined) throw wrong('is left out');
    const open = known === 'unknown' || starts || (known === 'up' && weight > 0 && waits);
    const held = known !== 'out' && open && (known === 'down' || !asked);
    if (as.hold !== held)
      throw wrong(held ? 'is not held, for lack of a verdict' : 'is held, though all is known');
    if (held) continue;
    const serves = known === 'up' && pool === active ? weight : 0;
    if (as.weight !== serves) throw wrong(`is to weigh ${as.weight}, and should ${serves}`);
    if (as.flush !== cuts(name, known, so, flushOnDown)) throw wrong(flushText(as));
  }
}

function knownOf(name: string, { config, said, down, told }: Circumstances): Known {
  if (said.has(`disabled ${name}`) || said.has(`paused ${name}`)) return 'out';
  if (config.backends.get(name)?.enabled !== true) return 'out';
  if (!told.has(name)) return 'unknown';
  return down.has(name) ? 'down' : 'up';
}

function cuts(name: string, known: Known, { said, config }: Circumstances, flushOnDown: boolean): boolean {
  if (said.has(`disabled ${name}`) || config.backends.get(name)?.enabled !== true) return true;
  return known === 'down' && flushOnDown;
}

function flushText({ flush }: DesiredAs): string {
  return flush ? 'has its flows cut' : 'keeps its flows';
}
