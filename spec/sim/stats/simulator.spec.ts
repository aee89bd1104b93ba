import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { openStats, type StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { realClock } from '../../../clock/real-clock.js';
import { runRemoteCommand } from '../../../sim/remote-command.js';
import { type Simulator, startSimulator } from '../../../sim/simulator.js';
import { hurryingClock } from '../../support/hurrying-clock.js';
import { passedDescriptors } from '../../support/passed-descriptors.js';
import { programFile } from '../../support/process.js';
import { rejection } from '../../support/rejection.js';

const program = programFile('maglev-vppsim');

describe('simulator: its stats socket', () => {
  let simulator: Simulator;
  let readers: StatsSegment[] = [];

  afterEach(async () => {
    for (const reader of readers) reader.close();
    readers = [];
    await simulator.stop();
  });

  const open = async () => {
    const reader = await openStats({ socketPath: simulator.statsSocketPath ?? '', clock: hurryingClock() });
    readers.push(reader);
    return reader;
  };
  const lengths = async (reader: StatsSegment) => {
    const [lb, via] = ['no server configured', '/net/route/via'];
    const snapshot = await reader.snapshot([{ name: lb }, { name: via }]);
    return [snapshot.simple(lb)?.length, snapshot.combined(via)?.length];
  };

  it('is absent unless asked for', async () => {
    simulator = await startSimulator({ clock: realClock });
    expect(simulator.statsSocketPath).to.equal(null);
    expect(existsSync(path.join(path.dirname(simulator.socketPath), 'stats.sock'))).to.equal(false);
  });

  it('shows counters for the indexes and objects that `show lb vips verbose` names', async () => {
    simulator = await startSimulator({ clock: realClock, stats: {} });
    const reader = await open();
    expect(await lengths(reader)).to.deep.equal([undefined, 8]);
    simulator.cli('lb vip 192.0.2.1/32 protocol tcp port 80 encap gre4 new_len 1024');
    simulator.cli('lb as 192.0.2.1/32 protocol tcp port 80 10.0.0.1 10.0.0.2');
    const { reply } = simulator.cli('show lb vips verbose');
    expect(reply).to.match(/\[1\] 192\.0\.2\.1\/32/);
    const objects = [...reply.matchAll(/dpo:(\d+)/g)].map((match) => Number(match[1]));
    expect(objects).to.have.length(2);
    expect(await lengths(reader)).to.deep.equal([2, Math.max(...objects) + 1]);
    const [object = -1] = objects;
    simulator.lb.state.statistics.countVip('first', 1, 6);
    simulator.lb.state.statistics.countRoute('via', object, 6, 744);
    expect((await reader.simple('first session packet'))?.at(1)).to.equal(6n);
    expect((await reader.combined('/net/route/via'))?.at(object)).to.deep.equal({ packets: 6n, bytes: 744n });
    simulator.cli('lb vip 192.0.2.2/32 encap gre4 new_len 16');
    expect(await lengths(reader)).to.deep.equal([3, Math.max(...objects) + 2]);
  });

  it('hands out other memory after every start, and none after the end', async () => {
    simulator = await startSimulator({ clock: realClock, stats: {} });
    simulator.cli('lb vip 192.0.2.1/32 encap gre4 new_len 16');
    const first = await open();
    await simulator.kill();
    expect(await rejection(open())).to.include({ code: 'MGL_STATS_CONNECT' });
    expect((await first.simple('untracked packet'))?.length).to.equal(2);
    await simulator.start();
    const second = await open();
    expect(await second.simple('untracked packet')).to.equal(null);
    expect((await first.simple('untracked packet'))?.length).to.equal(2);
  });

  it('hands out nothing while VPP hangs', async () => {
    simulator = await startSimulator({ clock: realClock, stats: {} });
    simulator.setFault('hang@1ms');
    let thrown: unknown;
    while (thrown === undefined) {
      const reader = await open().catch((error) => {
        thrown = error;
      });
      reader?.close();
    }
    expect(thrown).to.include({ code: 'MGL_STATS_CONNECT' });
    expect(String(thrown)).to.contain('ETIMEDOUT');
    simulator.clearFaults();
    await open();
  });

  it('is a process of its own as well, which leaves its socket behind when it is killed', async () => {
    simulator = await startSimulator({ clock: realClock });
    const folder = mkdtempSync(path.join(tmpdir(), 'vppsim-stats-'));
    const [socket, socketPath] = [path.join(folder, 'api.sock'), path.join(folder, 'run', 'stats.sock')];
    const flags = ['--socket', socket, '--stats-socket', socketPath, '--stats-interval', '20ms'];
    const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      expect(JSON.parse(line)).to.include({ event: 'ready', statsSocket: socketPath });
      const reader = await openStats({ socketPath, clock: realClock });
      readers.push(reader);
      const beat = await reader.scalar('/sys/heartbeat');
      while ((await reader.scalar('/sys/heartbeat')) === beat)
        await new Promise((turn) => setImmediate(turn));
      await runRemoteCommand(socket, 'lb vip 192.0.2.1/32 encap gre4 new_len 16', realClock);
      expect((await reader.simple('first session packet'))?.length).to.equal(2);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(existsSync(socketPath)).to.equal(true);
    const refused = await rejection(openStats({ socketPath, clock: realClock }));
    expect(String(refused)).to.contain('ECONNREFUSED');
    rmSync(folder, { recursive: true });
  });

  it('leaves nothing open, also when it cannot listen', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'vppsim-stats-'));
    const socketPath = path.join(folder, 'stats.sock');
    simulator = await startSimulator({ clock: realClock, stats: { socketPath } });
    const before = passedDescriptors();
    const refused = await rejection(startSimulator({ clock: realClock, stats: { socketPath } }));
    expect(refused).to.include({ code: 'MGL_LISTEN' });
    expect(String(refused)).to.contain(socketPath).and.contain('EADDRINUSE');
    await new Promise((resolve) => setImmediate(resolve));
    expect(passedDescriptors()).to.deep.equal(before);
    await simulator.stop();
    expect(existsSync(socketPath)).to.equal(false);
    expect(passedDescriptors().filter((entry) => entry.includes('stat segment'))).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });
});
