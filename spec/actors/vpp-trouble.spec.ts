import { expect } from 'chai';
import { seededRandom } from '../../clock/virtual-clock.js';
import type { MaglevConfig } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import type { LocalEngineOptions } from '../../probes/engine/local-engine.js';
import type { BackendDetail } from '../../protocol/health.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { fail, pass } from '../support/fake-servers.js';
import { Machine } from '../support/machine.js';
import { refused, WayThroughVpp } from '../support/way-through-vpp.js';
import { valid, World } from '../support/world.js';
import { a, b, c, checked, withCheck } from './checked-fleet.js';

const servers = [a, b, c];

const prefix = '192.0.2.1/32';
const pace = { interval: 500, fastInterval: 100, downInterval: 5000, timeout: 300, rise: 2, fall: 3 };

/** From the death of a fully healthy server to its weight 0, at most, in milliseconds. */
function law({ interval, fastInterval, timeout, fall }: typeof pace): number {
  return 1.1 * interval + timeout + (fall - 1) * Math.max(1.1 * fastInterval, timeout);
}

/** As it is, or with another weight of the first server. */
function fleet(weight: number, change: Partial<typeof pace>): MaglevConfig {
  const backends = Object.fromEntries(servers.map((address, i) => [`s${i + 1}`, checked(address)]));
  const pool = { s1: weight, s2: 100, s3: 100 };
  return withCheck(sampleConfig(backends, [sampleFrontend('web', '192.0.2.1', [pool])]), {
    ...pace,
    ...change,
  });
}

/** maglevd, and servers that it probes through the VPP which it governs. */
class Site {
  readonly world: World;
  readonly machine = new Machine(() => 0);
  readonly way: WayThroughVpp;

  /** Of the first server. */
  weight = 100;

  constructor(readonly change: Partial<typeof pace> = {}) {
    this.world = new World(fleet(this.weight, change), undefined, this.machine);
    const { world, machine } = this;
    this.way = new WayThroughVpp(world.tree.clock, machine);
    Object.assign(world.servers, {
      engine: (context: Omit<LocalEngineOptions, 'probe'>) => this.way.engine(context),
    });
    const { open } = machine;
    // The socket of a VPP that hangs takes the connection, and then nobody speaks.
    machine.open = async () => {
      while (machine.hangs) await machine.awake();
      return open();
    };
  }

  async begin(): Promise<void> {
    this.machine.start();
    await this.world.begin();
    await this.pass(3000);
    expect(this.weights()).to.deep.equal(this.wanted());
  }

  pass(ms: number): Promise<void> {
    return this.world.tree.clock.advance(ms);
  }

  weights = () => this.world.weights(prefix);

  wanted = () => ({ [a]: this.weight, [b]: 100, [c]: 100 });

  downs = () => this.world.tree.log.of('backend-transition').filter(({ fields }) => fields['to'] === 'down');

  cuts = () => this.machine.vpp.writes.filter((write) => 'flush' in write && write.flush);

  async detail(name: string): Promise<BackendDetail> {
    const found = await this.world.ask<BackendDetail>(({ health }, reply) =>
      health.tell({ type: 'get-detail', name, reply }),
    );
    if (found instanceof Error) throw found;
    return found;
  }

  /** Time passes until the condition holds; gives how long that took. */
  async until(condition: () => boolean, atMostMs: number): Promise<number> {
    const { monotonic } = this.world.tree.clock;
    const from = monotonic();
    while (!condition() && monotonic() - from < atMostMs) await this.pass(10);
    expect(condition(), `within ${atMostMs} ms`).to.equal(true);
    return monotonic() - from;
  }

  /** VPP is killed, and comes back after `awayMs`, forwarding `idleMs` later. */
  async restart(awayMs: number, idleMs: number): Promise<void> {
    const { machine, way, world } = this;
    machine.kill();
    await this.pass(awayMs);
    way.forwardsFrom = world.tree.clock.monotonic() + idleMs;
    machine.start();
    const connects = world.tree.log.of('vpp-connect').length;
    await this.until(() => world.tree.log.of('vpp-connect').length > connects, 6500);
    await this.pass(500);
    expect(this.weights(), 'weights are there half a second after the connect').to.deep.equal(this.wanted());
  }

  async hang(ms: number): Promise<void> {
    this.machine.hangs = true;
    await this.pass(ms);
    this.machine.hangs = false;
  }

  /** A reload changes a weight, and VPP is busy with that for so long. */
  async rebuild(weight: number, ms: number): Promise<void> {
    const { machine, world } = this;
    this.weight = weight;
    machine.vpp.refuse = () => {
      machine.vpp.refuse = () => null;
      machine.hangs = true;
      return null;
    };
    world.file = valid(fleet(weight, this.change));
    world.root.tell({ type: 'reload' });
    await this.until(() => machine.hangs, 1100);
    await this.pass(ms);
    machine.hangs = false;
  }
}

describe('a VPP that is away or hangs, and probes that travel through it', () => {
  let site: Site;
  const begin = async (change: Partial<typeof pace> = {}) => {
    site = new Site(change);
    await site.begin();
  };
  afterEach(() => site.world.tree.end());

  /** `rounds` troubles, half of them restarts; gives how long each server that died in between took to be out. */
  const suffer = async (rounds: number, limitMs: number) => {
    const random = seededRandom(rounds);
    const between = (from: number, to: number) => Math.round(from + random() * (to - from));
    const { way, machine } = site;
    const took: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const ms = between(1000, i % 4 === 0 ? 20_000 : 6000);
      if (i % 2 === 0) await site.restart(ms, between(0, 2000));
      else if (i % 4 === 1) await site.hang(ms);
      else await site.rebuild(50 + (i % 50), ms);
      await site.pass(between(0, 2000));
      expect(site.downs(), `after trouble ${i}`).to.have.length(took.length);
      expect(site.cuts(), `after trouble ${i}`).to.deep.equal([]);
      await site.pass(4000);
      if (i % 5 !== 4) continue;
      const victim = servers[i % servers.length] ?? '';
      way.dead.add(victim);
      took.push(await site.until(() => site.weights()[victim] === 0, limitMs));
      way.dead.clear();
      await site.until(() => site.weights()[victim] !== 0, 30_000);
      await site.pass(1000);
      // That server was cut off by right.
      machine.vpp.writes.length = 0;
    }
    expect(site.downs()).to.have.length(took.length);
    return took;
  };

  it('takes nobody out and cuts nothing in 20 restarts and 20 hangs; who dies in between is out in time', async function () {
    this.timeout(60_000);
    await begin();
    expect(await suffer(40, law(pace) + 100)).to.have.length(8);
  });

  it('does so where a single failure takes a server out', async () => {
    await begin({ fall: 1 });
    expect(await suffer(10, law({ ...pace, fall: 1 }) + 100)).to.have.length(2);
  });

  it('says why a failure does not count, and since when', async () => {
    await begin();
    site.machine.kill();
    await site.pass(2000);
    const { life } = await site.detail('s1');
    expect(life.doubt?.result).to.include({ code: 'VPP', verdict: 'doubt' });
    expect(life.doubt?.result.detail).to.match(
      /^L4TOUT no answer, not counted: maglevd has not been connected to VPP for 1\.\d+s$/,
    );
    expect(life).to.include({ state: 'up' });
    site.machine.start();
    await site.pass(6000);
    expect((await site.detail('s1')).life.doubt).to.equal(null);
  });

  it('believes no refusal while VPP is away: somebody else may have made it. Wrong answers it believes', async () => {
    await begin();
    for (const server of servers) site.way.other.set(server, refused);
    await site.pass(100);
    site.machine.kill();
    await site.pass(10_000);
    expect(site.downs()).to.deep.equal([]);
    site.way.other.set(a, fail);
    await site.pass(3000);
    expect(site.downs().map(({ fields }) => fields['backend'])).to.deep.equal(['s1']);
  });

  it('believes a refusal while VPP is there, also at once after a hang', async () => {
    await begin();
    await site.hang(3000);
    site.way.other.set(a, refused);
    await site.until(() => site.weights()[a] === 0, law(pace) + 100);
  });

  it('waits for VPP as long as it takes at its first start, and then for one pass', async () => {
    site = new Site({});
    await site.world.begin();
    await site.pass(60_000);
    expect((await site.detail('s1')).life).to.include({ state: 'unknown' });
    site.way.forwardsFrom = site.world.tree.clock.monotonic() + 6000;
    site.machine.start();
    await site.pass(14_000);
    expect(site.weights()).to.deep.equal(site.wanted());
    expect(site.downs()).to.deep.equal([]);
  });

  it('believes silence when nothing has come through VPP for half a minute after the connect', async () => {
    site = new Site({});
    for (const server of servers) site.way.dead.add(server);
    site.machine.start();
    await site.world.begin();
    await site.pass(29_000);
    expect(site.downs()).to.deep.equal([]);
    expect((await site.detail('s1')).life.doubt?.result.detail).to.match(
      /nothing had come through VPP since maglevd connected to it 2\d\.\d+s ago$/,
    );
    await site.pass(3000);
    expect(site.downs()).to.have.length(3);
  });

  it('counts as ever beside another maglevd that governs VPP: a spare must know who is dead', async () => {
    site = new Site({});
    site.machine.refusal = new MaglevError('MGL_VPP_GOVERNED', 'another maglevd governs it');
    for (const server of servers) site.way.other.set(server, pass);
    await site.world.begin();
    await site.pass(3000);
    site.way.other.delete(b);
    site.way.dead.add(b);
    await site.until(() => site.downs().length > 0, law(pace) + 100);
    expect(site.downs().map(({ fields }) => fields['backend'])).to.deep.equal(['s2']);
  });
});
