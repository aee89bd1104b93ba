import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { receiveDescriptor } from '../../linux/fd-message.js';
import { requestDescriptor } from '../../linux/fd-passing.js';
import { type DescriptorServer, serveDescriptor } from '../../linux/fd-server.js';
import { libc, libcFunction } from '../../linux/libc.js';
import { createMemfd } from '../../linux/memfd.js';
import {
  acceptSeqpacket,
  connectSeqpacket,
  listenSeqpacket,
  openSeqpacket,
} from '../../linux/unix-seqpacket.js';
import type { Clock } from '../../protocol/clock.js';
import { passedDescriptors } from '../support/passed-descriptors.js';
import { rejection } from '../support/rejection.js';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('did not throw');
}

function textOf(fd: number): string {
  const bytes = Buffer.alloc(64);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0)).replaceAll('\0', '');
}

describe('linux: passing descriptors', () => {
  let folder = '';
  let socket = '';
  let memory = -1;
  let servers: DescriptorServer[] = [];
  let processes: ChildProcess[] = [];
  let before: string[] = [];

  beforeEach(() => {
    libcFunction('int getpid()')();
    before = passedDescriptors();
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-fd-'));
    socket = path.join(folder, 'stats.sock');
    memory = createMemfd('spec memory', 4096);
    writeSync(memory, 'shared', 0);
  });

  afterEach(async () => {
    for (const server of servers) server.close();
    servers = [];
    for (const child of processes) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    processes = [];
    closeSync(memory);
    rmSync(folder, { recursive: true });
  });

  function serve(clock: Clock = realClock): DescriptorServer {
    const server = serveDescriptor({ path: socket, fd: memory, clock });
    servers.push(server);
    return server;
  }

  async function serveElsewhere(text: string): Promise<ChildProcess> {
    const program = path.join(import.meta.dirname, '../support/descriptor-process.js');
    const child = spawn(process.execPath, [program, socket, text], { stdio: ['ignore', 'pipe', 'inherit'] });
    processes.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  const request = (options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
    requestDescriptor({ path: socket, clock: realClock, ...options });

  it('hands the very same memory to every client', async () => {
    serve();
    const fds = await Promise.all([request(), request(), request()]);
    writeSync(memory, 'written later', 0);
    for (const fd of fds) {
      expect(textOf(fd)).to.equal('written later');
      expect(fstatSync(fd).ino).to.equal(fstatSync(memory).ino);
      closeSync(fd);
    }
  });

  it('takes memory from another process, and keeps it when that dies', async () => {
    const child = await serveElsewhere('from afar');
    const fd = await request();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(textOf(fd)).to.equal('from afar');
    closeSync(fd);
    expect(await rejection(request())).to.include({ code: 'MGL_SYSCALL', errno: 'ECONNREFUSED' });
    serve();
    closeSync(await request());
  });

  it('leaves nothing open behind, on either side, whatever happened', async () => {
    const server = serve();
    for (let i = 0; i < 50; i++) closeSync(await request());
    const gone = openSeqpacket();
    connectSeqpacket(gone, socket);
    closeSync(gone);
    closeSync(await request());
    server.suspend();
    const abort = new AbortController();
    const waiting = request({ signal: abort.signal });
    abort.abort(new Error('enough'));
    expect(await rejection(waiting)).to.include({ message: 'enough' });
    await rejection(request({ timeoutMs: 1 }));
    server.close();
    await rejection(request());
    await new Promise((resolve) => setImmediate(resolve));
    const after = passedDescriptors().filter((entry) => !entry.includes('spec memory'));
    expect(after).to.deep.equal(before);
  });

  it('closes what it did not ask for', async () => {
    const listener = openSeqpacket();
    listenSeqpacket(listener, socket, 5);
    const pending = request();
    const client = acceptSeqpacket(listener) ?? -1;
    const open = passedDescriptors().length;
    sendSeveral(client, [memory, memory, memory]);
    const fd = await pending;
    // The client's socket is closed, one descriptor has come.
    expect(passedDescriptors().length).to.equal(open);
    for (const one of [fd, client, listener]) closeSync(one);
  });

  it('says when the server sends nothing but a goodbye', async () => {
    const listener = openSeqpacket();
    listenSeqpacket(listener, socket, 5);
    const pending = request();
    closeSync(acceptSeqpacket(listener) ?? -1);
    expect(await rejection(pending)).to.include({ errno: 'ENODATA' });
    closeSync(listener);
  });

  it('gives up a server that does not answer, in the time of its clock', async () => {
    const server = serve();
    server.suspend();
    const clock = new VirtualClock();
    const outcome = rejection(requestDescriptor({ path: socket, clock, timeoutMs: 5000 }));
    let ended = false;
    void outcome.then(() => {
      ended = true;
    });
    await clock.advance(4999);
    expect(ended).to.equal(false);
    await clock.advance(1);
    expect(await outcome).to.include({ errno: 'ETIMEDOUT' });
    expect(clock.pendingTimers).to.equal(0);
  });

  it('waits while the queue of the server is full', async () => {
    const server = serve();
    server.suspend();
    const requests = Array.from({ length: 20 }, () => request());
    server.resume();
    for (const fd of await Promise.all(requests)) closeSync(fd);
  });

  it('names what is wrong with the path', async () => {
    expect(await rejection(request())).to.include({ errno: 'ENOENT' });
    writeFileSync(socket, '');
    expect(await rejection(request())).to.include({ errno: 'ECONNREFUSED' });
    rmSync(socket);
    const stream = createServer().listen(socket);
    await once(stream, 'listening');
    const wrong = await rejection(request());
    expect(wrong).to.include({ errno: 'EPROTOTYPE' });
    expect(String(wrong)).to.contain(`connect to ${socket}: EPROTOTYPE`);
    stream.close();
    await once(stream, 'close');
    const tooLong = requestDescriptor({ path: `/${'x'.repeat(107)}`, clock: realClock });
    expect(await rejection(tooLong)).to.include({ errno: 'ENAMETOOLONG' });
    expect(await rejection(requestDescriptor({ path: '', clock: realClock }))).to.include({
      errno: 'EINVAL',
    });
  });

  it('replaces the socket of a dead process, never that of a live one or another file', async () => {
    const child = await serveElsewhere('x');
    expect(thrownBy(() => serve())).to.include({ errno: 'EADDRINUSE' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(socket)).to.equal(true);
    serve().close();
    expect(existsSync(socket)).to.equal(false);
    writeFileSync(socket, 'a file');
    expect(thrownBy(() => serve())).to.include({ errno: 'EADDRINUSE' });
  });

  it('lets owner and group connect, nobody else', () => {
    serve();
    expect(statSync(socket).mode & 0o777).to.equal(0o775);
  });

  it('rests when it cannot accept, and serves those who waited when it can again', async () => {
    const clock = new VirtualClock();
    serve(clock);
    const client = openSeqpacket();
    connectSeqpacket(client, socket);
    const allow = forbidMoreDescriptors();
    try {
      // The listener is readable all the time: who watched it on would be here for ever.
      while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      allow();
    }
    expect(receiveDescriptor(client)).to.deep.equal({ kind: 'pending' });
    await clock.advance(200);
    let received = receiveDescriptor(client);
    while (received.kind === 'pending') {
      await new Promise((resolve) => setImmediate(resolve));
      received = receiveDescriptor(client);
    }
    expect(received.kind).to.equal('descriptor');
    if (received.kind === 'descriptor') closeSync(received.fd);
    closeSync(client);
    expect(clock.pendingTimers).to.equal(0);
  });
});

/** One message with several descriptors, which no server of ours sends. */
function sendSeveral(socket: number, fds: readonly number[]): void {
  const size = 16 + 4 * fds.length;
  const block = new Uint8Array(new ArrayBuffer(256));
  const view = new DataView(block.buffer);
  const base = libc().addressOf(block);
  view.setBigUint64(16, base + 56n, true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, base + 80n, true);
  view.setBigUint64(40, BigInt(size), true);
  view.setBigUint64(56, base + 72n, true);
  view.setBigUint64(80, BigInt(size), true);
  view.setInt32(88, 1, true);
  view.setInt32(92, 1, true);
  for (const [i, fd] of fds.entries()) view.setInt32(96 + 4 * i, fd, true);
  const sent = libcFunction('long sendmsg(int fd, void *message, int flags)')(socket, block, 0);
  if (sent < 0) throw new Error(`sendmsg: ${sent}`);
}

/** Lets every further descriptor fail with EMFILE until the returned function is called. */
function forbidMoreDescriptors(): () => void {
  const RLIMIT_NOFILE = 7;
  const before = new BigUint64Array(2);
  const memory = new Uint8Array(before.buffer);
  libcFunction('int getrlimit(int resource, void *limit)')(RLIMIT_NOFILE, memory);
  const setLimit = libcFunction('int setrlimit(int resource, void *limit)');
  const none = BigUint64Array.of(0n, before[1] ?? 0n);
  setLimit(RLIMIT_NOFILE, new Uint8Array(none.buffer));
  return () => {
    setLimit(RLIMIT_NOFILE, memory);
  };
}
