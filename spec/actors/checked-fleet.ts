import type { ConfigVerdict, HealthCheck, MaglevConfig } from '../../domain/config.js';
import type { BackendAction } from '../../domain/operator.js';
import type { BackendDetail } from '../../protocol/health.js';
import type { OperatorAnswer } from '../../protocol/operator.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import type { Hook } from '../support/instrument.js';
import type { Machine } from '../support/machine.js';
import { valid, World } from '../support/world.js';

const check: HealthCheck = {
  name: 'web',
  interval: 1000,
  fastInterval: 200,
  downInterval: 5000,
  timeout: 500,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: {
    type: 'http',
    port: 80,
    http: { method: 'GET', path: '/', host: null, responseCodes: [], responseRegexp: null },
  },
};

/** The addresses of the backends a, b and c. */
export const a = '10.0.0.1';
export const b = '10.0.0.2';
export const c = '10.0.0.3';

/** A backend that is checked. */
export const checked = (address: string) => ({ address, healthcheck: 'web' });
export const backends = { a: checked(a), b: checked(b), c: checked(c) };
/** a and b serve it, and c stands by. */
export const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }, { c: 100 }]);
/** b alone serves it. */
export const other = sampleFrontend('other', '192.0.2.2', [{ b: 100 }]);

/** The config with the health check that checked() names: every second; up after 2, down after 3. */
export const withCheck = (config: MaglevConfig, change: Partial<HealthCheck> = {}): MaglevConfig => ({
  ...config,
  healthchecks: new Map([['web', { ...check, ...change }]]),
});

/** Both frontends. */
export const fleetConfig = withCheck(sampleConfig(backends, [web, other]));

/** `n` backends s0, s1, ... of one frontend f, all of them checked. */
export function largeFleet(n: number, change: Partial<HealthCheck> = {}): MaglevConfig {
  const many = Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${i}`, checked(`10.1.0.${i + 1}`)]));
  const pool = Object.fromEntries(Object.keys(many).map((name) => [name, 1]));
  return withCheck(sampleConfig(many, [sampleFrontend('f', '192.0.2.1', [pool])]), change);
}

interface Circumstances extends Partial<Pick<World, 'intents'>> {
  /** A VPP that is there already; otherwise there is a new one. */
  readonly machine?: Machine;
  /** Runs before maglevd starts. */
  readonly prepare?: (world: World) => void;
  /** Sees every message, and may crash who gets it. */
  readonly hook?: Hook;
}

/** maglevd, one life after the other, over servers and a VPP that a spec directs. */
export class CheckedFleet {
  /** The present life. */
  world!: World;

  readonly start = async (config = fleetConfig, from: Circumstances = {}): Promise<void> => {
    this.world = new World(config, from.intents, from.machine);
    this.world.machine.start();
    from.prepare?.(this.world);
    await this.world.begin(from.hook);
  };

  /** Ends maglevd, and nothing else. */
  readonly end = (): Promise<void> => this.world.tree.end();

  readonly seconds = (n: number): Promise<void> => this.world.tree.clock.advance(n * 1000);

  readonly weights = (prefix = '192.0.2.1/32') => this.world.weights(prefix);

  /** What was written to VPP after the first `n` operations, its settings aside. */
  readonly writesFrom = (n: number) =>
    this.world.machine.vpp.writes.slice(n).filter(({ op }) => op !== 'conf');

  readonly act = (name: string, action: BackendAction) =>
    this.world.ask<OperatorAnswer>(({ operator }, reply) =>
      operator.tell({ type: 'act-on-backend', name, action, reply }),
    );

  readonly detail = async (name: string): Promise<BackendDetail> => {
    const found = await this.world.ask<BackendDetail>(({ health }, reply) =>
      health.tell({ type: 'get-detail', name, reply }),
    );
    if (found instanceof Error) throw found;
    return found;
  };

  readonly reload = async (to: MaglevConfig): Promise<void> => {
    this.world.file = valid(to);
    await this.world.ask<ConfigVerdict>(({ config: keeper }, reply) =>
      keeper.tell({ type: 'reload-config', reply }),
    );
  };
}
