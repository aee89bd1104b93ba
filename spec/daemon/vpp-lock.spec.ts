import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { OpenVpp } from '../../actors/vpp/api.js';
import { realClock } from '../../clock/real-clock.js';
import { governing, type VppLock, vppLock } from '../../daemon/vpp-lock.js';
import { type FileLock, lockFile } from '../../linux/file-lock.js';
import { failure } from '../support/rejection.js';

describe('daemon: the right to govern a VPP', () => {
  let folder: string;
  let socket: string;
  let locks: Pick<VppLock, 'release'>[];

  /** The lock of one more maglevd. */
  const maglevd = (words: string, socketPath = socket) => {
    const lock = vppLock({ socketPath, words, clock: realClock });
    locks.push(lock);
    return lock;
  };
  /** A VPP makes its socket: what kind of file it is does not matter to the lock. */
  const vppStarts = (file = socket) => writeFileSync(file, '');
  const held = (lock: FileLock | 'busy' | null): FileLock => {
    if (lock === null || lock === 'busy') throw new Error(`not locked: ${lock}`);
    return lock;
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-lock-'));
    socket = path.join(folder, 'api.sock');
    locks = [];
    vppStarts();
  });
  afterEach(() => {
    for (const lock of locks) lock.release();
    rmSync(folder, { recursive: true, force: true });
  });

  it('belongs to one maglevd, until that one lets it go', async () => {
    const first = maglevd('process 7, gRPC at :9090');
    const second = maglevd('process 8');
    await first.take();
    await first.take();
    const refusal = await failure(second.take());
    expect(refusal.code).to.equal('MGL_VPP_GOVERNED');
    expect(refusal.message).to.equal(
      `another maglevd (process 7, gRPC at :9090) governs the VPP at ${socket}`,
    );
    first.release();
    await second.take();
    expect((await failure(first.take())).message).to.match(/process 8/);
  });

  it('stays while VPP is away, and when it comes back with another socket', async () => {
    const first = maglevd('first');
    const second = maglevd('second');
    await first.take();
    unlinkSync(socket);
    await first.take();
    await second.take();
    vppStarts(`${socket}.new`);
    renameSync(`${socket}.new`, socket);
    expect((await failure(second.take())).code).to.equal('MGL_VPP_GOVERNED');
    await first.take();
  });

  it('is had also when VPP came up between the look at its socket and the connection', async () => {
    unlinkSync(socket);
    const closed: string[] = [];
    const connect = (lock: VppLock) =>
      governing(
        lock,
        async () => {},
        async () => {
          vppStarts();
          return { close: async (reason) => void closed.push(String(reason)) } as Awaited<
            ReturnType<OpenVpp>
          >;
        },
      )(new AbortController().signal);
    await connect(maglevd('first'));
    unlinkSync(socket);
    expect((await failure(connect(maglevd('second')))).code).to.equal('MGL_VPP_GOVERNED');
    expect(closed, 'and it let go of VPP').to.have.length(1);
  });

  it('is taken anew when the folder of VPP was made anew', async () => {
    const first = maglevd('first');
    const second = maglevd('second');
    await first.take();
    renameSync(folder, `${folder}.old`);
    mkdirSync(folder);
    vppStarts();
    await second.take();
    expect((await failure(first.take())).message).to.match(/second/);
    rmSync(`${folder}.old`, { recursive: true });
  });

  it('is one for all paths that lead to a VPP, and another one for another VPP', async () => {
    const link = path.join(folder, 'link.sock');
    symlinkSync(socket, link);
    const other = path.join(folder, 'other.sock');
    vppStarts(other);
    await maglevd('first').take();
    await maglevd('beside', other).take();
    expect((await failure(maglevd('second', link).take())).code).to.equal('MGL_VPP_GOVERNED');
  });

  it('is seen from other network namespaces by the file beside the socket, also when that was removed', async () => {
    const file = `${socket}.maglevd-lock`;
    const elsewhere = held(lockFile(file, 0));
    locks.push({ release: elsewhere.release });
    const lock = maglevd('here');
    expect((await failure(lock.take())).message).to.match(/it has locked .*api\.sock\.maglevd-lock/);
    const third = maglevd('third');
    unlinkSync(file);
    await third.take();
    expect(lockFile(file, 0)).to.equal('busy');
    unlinkSync(file);
    await third.take();
    expect(lockFile(file, 0), 'the new file is locked as well').to.equal('busy');
  });

  it('comes before every connection', async () => {
    const opened: string[] = [];
    const open = (name: string) => async () => {
      opened.push(name);
      throw new Error('enough');
    };
    const { signal } = new AbortController();
    await failure(governing(maglevd('first'), async () => {}, open('first'))(signal));
    const refusal = await failure(governing(maglevd('second'), async () => {}, open('second'))(signal));
    expect(refusal.code).to.equal('MGL_VPP_GOVERNED');
    expect(opened).to.deep.equal(['first']);
  });
});
