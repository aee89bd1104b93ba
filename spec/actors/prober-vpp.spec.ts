import { expect } from 'chai';
import { type MakeEngine, type ProberRestarted, proberActor } from '../../actors/health/prober.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { undecided } from '../../domain/rise-fall.js';
import type { VppHeard } from '../../domain/vpp-heard.js';
import { ProbeBook } from '../../probes/engine/book.js';
import type { Address } from '../../protocol/address.js';
import type { Probed, ProberRequest } from '../../protocol/health.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import { ip } from '../support/domain-samples.js';
import { FakeServers, fail, pass } from '../support/fake-servers.js';
import { mailbox } from '../support/mailbox.js';
import { answering, Tree } from '../support/tree.js';

const check: HealthCheck = {
  name: 'tcp',
  interval: 1000,
  fastInterval: 100,
  downInterval: 1000,
  timeout: 300,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: { type: 'tcp', port: 80, tls: null },
};
const silence: ProbeResult = { verdict: 'fail', code: 'L4TOUT', detail: 'no answer', durationMs: 300 };
const address = (i: number) => `10.1.${i >> 8}.${i & 255}`;

describe('actors/health/prober asks whether VPP lives', () => {
  let tree: Tree;
  let servers: FakeServers;
  let prober: ActorRef<ProberRequest>;
  let rounds = 0;
  const told: Probed[] = [];

  const begin = (vpp: Parameters<typeof proberActor>[0]['vpp']) => {
    tree = new Tree();
    servers = new FakeServers();
    const restarted = mailbox<ProberRestarted>('health');
    const makeEngine: MakeEngine = (_netns, context) => servers.engine(context);
    prober = tree.start(proberActor({ netns: '', makeEngine, book: new ProbeBook(), vpp, restarted }));
  };
  /** One probe of each server, at one moment; what became of each, and when. */
  const probe = async (n: number, afterMs = 1) => {
    const all = Array.from({ length: n }, (_, i) => watch(i));
    await tree.clock.advance(afterMs);
    return Promise.all(all);
  };
  /** Begins anew with a server, and answers what its first probe has found. */
  const watch = (i: number) =>
    new Promise<{ readonly result: ProbeResult; readonly at: number }>((resolve) => {
      const round = ++rounds;
      const report: Address<Probed> = {
        name: 'backend',
        tell: (news) => {
          told.push(news);
          if (news.round === round) resolve({ result: news.result, at: tree.clock.monotonic() });
          return true;
        },
      };
      prober.tell({
        type: 'watch',
        backend: `b${i}`,
        address: ip(address(i)),
        check,
        round,
        standing: undecided(check),
        startMs: 0,
        report,
      });
    });
  const since = (connectedAt: number): VppHeard => ({ state: 'heard', connectedAt, since: connectedAt });
  const vouching = (heard: VppHeard) =>
    answering<VouchRequest>('vpp', ({ reply }) => {
      reply.ok(heard);
    });

  afterEach(() => tree.end());

  it('once for all that fall silent together, and not for what passes or is answered wrongly', async () => {
    const vpp = vouching(since(-60_000));
    begin(vpp);
    await tree.clock.advance(1);
    await probe(1000);
    for (let i = 0; i < 500; i++) servers.answers.set(address(i), fail);
    await probe(1000);
    expect(vpp.received).to.have.length(0);
    for (let i = 0; i < 1000; i++) servers.answers.set(address(i), silence);
    const results = await probe(1000);
    expect(new Set(results.map(({ result }) => result.code))).to.deep.equal(new Set(['L4TOUT']));
    expect(vpp.received.length, 'a few bursts').to.be.within(1, 10);
  });

  it('four times a second while nobody falls silent, and never with nobody to probe', async () => {
    const vpp = vouching(since(-60_000));
    begin(vpp);
    await tree.clock.advance(10_000);
    expect(vpp.received).to.have.length(0);
    await probe(3);
    await tree.clock.advance(10_000);
    expect(vpp.received).to.have.length(40);
    for (let i = 0; i < 3; i++) prober.tell({ type: 'cancel', backend: `b${i}` });
    await tree.clock.advance(10_000);
    expect(vpp.received).to.have.length(40);
  });

  it('and doubts when nobody answers in time, or nobody is there to be asked', async () => {
    const deaf = mailbox<VouchRequest>('vpp');
    begin(deaf);
    servers.answers.set(address(0), silence);
    const [one] = await probe(1, 1000);
    expect(one?.result).to.include({ verdict: 'doubt', code: 'VPP' });
    expect(one?.at).to.be.below(100);
    deaf.close();
    const [two] = await probe(1, 100);
    expect(two?.result).to.include({ verdict: 'doubt', code: 'VPP' });
  });

  it('not where there is no VPP: every failure counts', async () => {
    begin(null);
    servers.answers.set(address(0), silence);
    const [one] = await probe(1);
    expect(one?.result).to.deep.equal(silence);
  });

  it('with a new question for what fails while one is under way', async () => {
    const vpp = mailbox<VouchRequest>('vpp');
    begin(vpp);
    await tree.clock.advance(1);
    servers.answers.set(address(0), silence);
    servers.answers.set(address(1), silence);
    const first = watch(0);
    await tree.clock.advance(2);
    const question = vpp.take();
    // A suspect is not probed again before it is settled.
    const both = [watch(1), watch(2)];
    servers.answers.set(address(2), silence);
    await tree.clock.advance(2);
    expect(vpp.waiting(), 'one at a time').to.equal(0);
    question.reply.ok({ state: 'silent', since: 0 });
    expect((await first).result.code).to.equal('VPP');
    await tree.clock.settle();
    vpp.take().reply.ok(since(-60_000));
    for (const { result } of await Promise.all(both)) expect(result.code).to.equal('L4TOUT');
  });

  it('remembers who was heard when a check changes only its pace', async () => {
    const vpp = vouching(since(0));
    begin(vpp);
    await tree.clock.advance(1);
    servers.next.set(address(0), [pass]);
    await probe(1);
    await tree.clock.advance(10);
    servers.answers.set(address(0), silence);
    const slower = { ...check, interval: 5000 };
    prober.tell({ type: 'retune', backend: 'b0', address: ip(address(0)), check: slower, round: ++rounds });
    await tree.clock.advance(6000);
    expect(told.find(({ round }) => round === rounds)?.result).to.deep.equal(silence);
  });
});
