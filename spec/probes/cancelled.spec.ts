import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { eventually } from '../support/eventually.js';
import { openDescriptors } from '../support/open-descriptors.js';
import { ProbeServers } from '../support/probe-servers.js';
import { httpParams, target, tlsParams } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';
import { singleProbes } from '../support/single-probes.js';
import { wholeOfIt } from '../support/slow-part.js';

const TOGETHER = 250;
/** 100,000 probes, if the whole of it is wanted. */
const ROUNDS = wholeOfIt ? 400 : 3;

describe(`probes that are cancelled while they are under way, ${ROUNDS * TOGETHER} of them`, () => {
  const servers = new ProbeServers();
  after(() => servers.close());

  it('leave neither a descriptor nor a place taken', async function () {
    this.timeout(wholeOfIt ? 300_000 : 10_000);
    const silent = await servers.silent();
    const deaf = await servers.tcp((socket) => socket.resume());
    const kinds = [
      target({ type: 'tcp', port: silent, tls: null }, { timeoutMs: 60_000 }),
      target({ type: 'http', port: deaf, http: httpParams() }, { timeoutMs: 60_000 }),
      target({ type: 'http', port: deaf, http: httpParams({ reuse: 5 }) }, { timeoutMs: 60_000 }),
      target({ type: 'tcp', port: deaf, tls: tlsParams() }, { timeoutMs: 60_000 }),
    ];
    const probes = singleProbes({ workers: 1, netns: '', clock: realClock, log: recordingLog() });
    const sum = (of: 'underWay' | 'waiting') =>
      probes.condition().workers.reduce((total, worker) => total + worker[of], 0);
    const all = Array.from({ length: TOGETHER }, (_, i) => ({
      key: `b${i}`,
      // Of those that Node probes only so many begin at once.
      probed: kinds[i % 25 < 2 ? 2 + (i % 25) : i % 2] ?? target({ type: 'icmp' }),
    }));
    const round = async () => {
      const results = all.map(({ key, probed }) => probes.probe(key, probed));
      await eventually(() => expect(sum('underWay') + sum('waiting')).to.equal(TOGETHER));
      for (const { key } of all) probes.cancel(key);
      const codes = new Set((await Promise.all(results)).map(({ code }) => code));
      expect([...codes]).to.deep.equal(['CANCELLED']);
      await eventually(() => expect(sum('underWay') + sum('waiting')).to.equal(0));
      await servers.idle();
    };
    await round();
    const before = openDescriptors().length;
    for (let i = 1; i < ROUNDS; i++) await round();
    await eventually(() => expect(openDescriptors().length).to.be.at.most(before));
    const working = await probes.probe('b0', target({ type: 'tcp', port: deaf, tls: null }));
    expect(working.code).to.equal('L4OK');
    await probes.stop();
  });
});
