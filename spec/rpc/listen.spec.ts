import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { MaglevError } from '../../domain/errors.js';
import type { ViewRequest } from '../../protocol/decision.js';
import type { RpcServer } from '../../protocol/rpc.js';
import { createGateway } from '../../rpc/gateway.js';
import { systemRefusal } from '../../rpc/served.js';
import { startRpcServer } from '../../rpc/server.js';
import { httpCall } from '../support/http-caller.js';
import { openDoor } from '../support/open-door.js';
import { recordingLog } from '../support/recording-log.js';
import { rejection } from '../support/rejection.js';
import { clientOf, mailbox, realAsk } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';

const answer = (message: ViewRequest) => {
  if (message.type === 'list-backends') message.reply.ok(samples.backends);
};

describe('rpc/server addresses', () => {
  let folder: string;
  const servers: RpcServer[] = [];

  const start = async (address: string, insecure = false, httpAddress = ''): Promise<RpcServer> => {
    const server = await startRpcServer({
      address,
      httpAddress,
      handlers: createGateway({
        about: {
          version: '1.2.3',
          commit: 'abc',
          date: '2026-11-01T00:00:00Z',
          startedAt: 1_795_343_400_000,
          pid: 42,
        },
        actors: { describe: () => null, deadLetters: () => 0 },
        events: mailbox('events', () => undefined),
        logLevel: mailbox('log-level', () => undefined),
        recorder: mailbox('recorder', () => undefined),
        views: mailbox('views', answer),
        health: mailbox('health', (message) => message.type === 'list-details' && message.reply.ok([])),
        operator: mailbox('operator', () => undefined),
        config: mailbox(
          'config',
          (message) => message.type === 'get-config' && message.reply.ok(samples.anyConfig),
        ),
        planner: mailbox('planner', () => undefined),
        vpp: null,
        ask: realAsk,
        clock: realClock,
        log: recordingLog(),
      }),
      reflection: false,
      insecure,
      ...openDoor(),
    });
    servers.push(server);
    return server;
  };

  const serves = async (address: string): Promise<boolean> => {
    const client = clientOf(address);
    try {
      return (await client.listBackends()).backends.length === samples.backends.length;
    } finally {
      client.close();
    }
  };

  const refusal = async (address: string, insecure = false): Promise<MaglevError> => {
    const error = await rejection(start(address, insecure));
    expect(error).to.have.property('code', 'MGL_LISTEN');
    return error as MaglevError;
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-listen-'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  it('finds a free port and says which', async () => {
    const { address } = await start('127.0.0.1:0');
    expect(address).to.match(/^127\.0\.0\.1:[1-9]\d+$/);
    expect(await serves(address)).to.equal(true);
  });

  it('serves localhost on every address that it has, on one port', async () => {
    const { address } = await start('localhost:0');
    expect(address).to.match(/^localhost:[1-9]\d+$/);
    expect(await serves(address)).to.equal(true);
    expect(await serves(address.replace('localhost', '127.0.0.1'))).to.equal(true);
  });

  it('refuses plaintext on addresses that others can reach, unless told otherwise', async () => {
    for (const address of [':0', '0.0.0.0:0', '[::]:0']) {
      const { message, advice } = await refusal(address);
      expect(message).to.contain('without encryption');
      expect(advice).to.contain('127.0.0.1:0').and.to.contain('--insecure').and.to.contain('TLS');
    }
    const { address } = await start(':0', true);
    expect(address).to.match(/^:[1-9]\d+$/);
    expect(await serves(`127.0.0.1${address}`)).to.equal(true);
  });

  it('says that a port is taken, that an address is not of this machine, that a name is unknown', async () => {
    const { address } = await start('127.0.0.1:0');
    expect((await refusal(address)).message).to.equal(
      `cannot listen on ${address}: another process listens there`,
    );
    expect((await refusal(address)).advice)
      .to.contain('ss -tlnp')
      .and.to.contain('--grpc-addr');
    const foreign = await refusal('192.0.2.77:9090', true);
    expect(foreign.message).to.contain('does not have that address');
    expect(foreign.advice).to.contain('ip address');
    const unknown = await refusal('no-such-host.invalid:9090', true);
    expect(unknown.message).to.contain('has no address');
    expect(unknown.advice).to.contain('/etc/hosts');
    for (const [text, example] of [
      ['9090', '127.0.0.1:9090'],
      ['localhost', 'localhost:9090'],
    ] as const) {
      const { message, advice } = await refusal(text);
      expect(message).to.contain('has no port');
      expect(advice).to.contain(`as in ${example}`);
    }
  });

  it('says the same of HTTP, with its own flag, and then serves nothing', async () => {
    const grpc = `unix:${folder}/grpc.sock`;
    const http = async (address: string) => {
      const error = await rejection(start(grpc, false, address));
      expect(existsSync(`${folder}/grpc.sock`), 'nothing is left').to.equal(false);
      expect(error).to.have.property('code', 'MGL_LISTEN');
      expect(error).to.have.property('advice').that.contains('--http-addr').and.not.contains('--grpc-addr');
      return (error as MaglevError).message;
    };
    const { address } = await start('127.0.0.1:0');
    expect(await http(address)).to.equal(`cannot listen on ${address}: another process listens there`);
    expect(await http('0.0.0.0:0')).to.contain('without encryption HTTP is served on loopback');
    expect(await http('9080')).to.contain('has no port');
    expect(await http(`unix:${folder}/none/x.sock`)).to.contain('does not exist');
    expect(await http(grpc)).to.equal(`cannot listen on ${grpc}: gRPC is served there`);
    const both = await start(grpc, false, `127.0.0.1:0,unix:${folder}/http.sock`);
    expect(both.httpAddress).to.match(/^127\.0\.0\.1:[1-9]\d+,unix:.*\/http\.sock$/);
    const answer = await httpCall(`unix:${folder}/http.sock`, '/maglev.Maglev/ListBackends', '{}');
    expect(answer.status).to.equal(200);
  });

  it('says whose permission is missing', () => {
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    const port = systemRefusal({ kind: 'tcp', host: '127.0.0.1', port: 90 }, denied);
    expect(port.message).to.equal('cannot listen on 127.0.0.1:90: permission denied');
    expect(port.advice).to.contain('CAP_NET_BIND_SERVICE');
    const socket = systemRefusal({ kind: 'unix', path: '/run/maglevd/x.sock' }, denied);
    expect(socket.message).to.equal('cannot listen on unix:/run/maglevd/x.sock: permission denied');
    expect(socket.advice).to.contain('write to /run/maglevd,');
  });

  it('opens a unix socket to owner and group only, and removes it at the end', async () => {
    const file = path.join(folder, 'grpc.sock');
    const before = process.umask(0);
    try {
      const server = await start(`unix:${file}`);
      expect(server.address).to.equal(`unix:${file}`);
      expect(statSync(file).mode & 0o777).to.equal(0o660);
      expect(await serves(server.address)).to.equal(true);
      expect(process.umask()).to.equal(0);
      await server.stop();
      expect(existsSync(file)).to.equal(false);
    } finally {
      process.umask(before);
    }
  });

  it('replaces the socket file of a process that was killed', async () => {
    const file = path.join(folder, 'grpc.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => console.log('up'))`;
    const dead = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(dead.stdout, 'data');
    dead.kill('SIGKILL');
    await once(dead, 'exit');
    expect(statSync(file).isSocket()).to.equal(true);
    await start(`unix:${file}`);
    expect(await serves(`unix:${file}`)).to.equal(true);
  });

  it('leaves the socket of a live process alone', async () => {
    const file = path.join(folder, 'grpc.sock');
    await start(`unix:${file}`);
    const taken = await refusal(`unix:${file}`);
    expect(taken.message).to.contain('another process listens there');
    expect(taken.advice).to.contain('ss -xlp');
    expect(await serves(`unix:${file}`)).to.equal(true);
  });

  it('does not take the socket of whoever came in its place with it', async () => {
    const file = path.join(folder, 'grpc.sock');
    const first = await start(`unix:${file}`);
    unlinkSync(file);
    await start(`unix:${file}`);
    await first.stop();
    expect(await serves(`unix:${file}`)).to.equal(true);
  });

  it('leaves a file that is no socket alone, and asks for the folder', async () => {
    const file = path.join(folder, 'notes.txt');
    writeFileSync(file, 'keep');
    const occupied = await refusal(`unix:${file}`);
    expect(occupied.message).to.contain('no socket');
    expect(occupied.advice).to.contain('Remove that file');
    expect(existsSync(file)).to.equal(true);
    const homeless = await refusal(`unix:${folder}/none/x.sock`);
    expect(homeless.message).to.contain(`${folder}/none does not exist`);
    expect(homeless.advice).to.contain('Make the folder');
    expect((await refusal(`unix:${file}/x.sock`)).message).to.contain('does not exist');
  });

  it('reaches a server that has only one of the addresses of localhost', async () => {
    const { address } = await start('127.0.0.1:0');
    expect(await serves(address.replace('127.0.0.1', 'localhost'))).to.equal(true);
    // What localhost means is up to the machine; where it is ::1 as well, that alone must do.
    if ((await lookup('localhost', { all: true })).some((entry) => entry.address === '::1')) {
      const six = await start('[::1]:0');
      expect(await serves(six.address.replace('[::1]', 'localhost'))).to.equal(true);
    }
  });
});
