import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Client, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { expect } from 'chai';
import { connect } from '../../client/index.js';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionService,
} from '../../rpc/generated/grpc/reflection/v1/reflection.js';
import { Stage } from '../support/daemon-stage.js';

const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  backends: { web1: { address: 10.0.0.1 }, web2: { address: 10.0.0.2 } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { web1: {}, web2: {} } }] }
`;

type Answer = Record<string, unknown>;

/** Calls a method that nobody but its .proto file told of. */
function callerOf(definition: PackageDefinition, server: string) {
  const made = loadPackageDefinition(definition)['maglev'] as unknown as Record<
    string,
    new (
      address: string,
      channel: object,
    ) => Client & Record<string, (...args: unknown[]) => unknown>
  >;
  const Made = made['Maglev'];
  if (Made === undefined) throw new Error('there is no service Maglev');
  const client = new Made(server, credentials.createInsecure());
  return {
    client,
    call: (method: string, request: object) =>
      new Promise<Answer>((resolve, reject) => {
        client[method]?.(request, { deadline: Date.now() + 5000 }, (error: unknown, answer: Answer) =>
          error === null ? resolve(answer) : reject(error),
        );
      }),
  };
}

describe('e2e: clients of all kinds', function () {
  this.timeout(60_000);
  const stage = new Stage();
  before(async () => {
    stage.write(config);
    await stage.daemon('--vpp-api-addr=').record('grpc-listening');
  });
  after(() => stage.end());

  const options = { keepCase: true, longs: String, defaults: true, oneofs: true };

  it('one that @grpc/proto-loader makes of the .proto file calls everything, and follows what happens', async () => {
    const definition = loadSync('rpc/maglev.proto', options);
    const { client, call } = callerOf(definition, stage.grpc);
    try {
      const service = definition['maglev.Maglev'] as unknown as Record<string, { responseStream: boolean }>;
      const lists = Object.keys(service).filter((name) => name.startsWith('List'));
      expect(lists).to.have.length.above(5);
      for (const name of [...lists, 'GetStatus', 'GetVersion', 'GetConfig', 'CheckConfig'])
        if (service[name]?.responseStream === false && name !== 'ListSyncs') await call(name, {});
      const paused = await call('PauseBackend', { name: 'web1' });
      expect(paused).to.include({ name: 'web1', state: 'paused' });
      const error = (await call('GetBackend', { name: 'web7' }).catch(
        (thrown: unknown) => thrown,
      )) as ServiceError;
      expect(error.code).to.equal(5);
      expect(error.metadata.get('maglev-error-code')).to.deep.equal(['MGL_BACKEND_UNKNOWN']);

      const stream = client['WatchEvents']?.({ backend: true }) as NodeJS.EventEmitter & {
        cancel: () => void;
      };
      stream.on('error', () => undefined);
      const changed = new Promise<Answer>((resolve) => {
        stream.on('data', (event: Answer) => {
          if (event['event'] === 'subscribed') void call('ResumeBackend', { name: 'web1' });
          if (event['event'] === 'backend' && event['replay'] === false) resolve(event['backend'] as Answer);
        });
      });
      expect(await changed).to.include({ backend: 'web1', from: 'paused' });
      stream.cancel();
    } finally {
      client.close();
    }
  });

  it('one that knows nothing but what reflection tells it, as grpcurl, calls what it finds there', async () => {
    const asking = new Client(stage.grpc, credentials.createInsecure());
    const { path: at, requestSerialize, responseDeserialize } = ServerReflectionService.serverReflectionInfo;
    const talk = asking.makeBidiStreamRequest<ServerReflectionRequest, ServerReflectionResponse>(
      at,
      requestSerialize,
      responseDeserialize,
    );
    const symbol = 'maglev.Maglev';
    talk.write({ host: '', messageRequest: { $case: 'fileContainingSymbol', value: symbol } });
    talk.write({
      host: '',
      messageRequest: { $case: 'fileByFilename', value: 'google/protobuf/descriptor.proto' },
    });
    talk.end();
    const set = new BinaryWriter();
    const files = new Set<string>();
    for await (const { messageResponse: answer } of talk as AsyncIterable<ServerReflectionResponse>) {
      if (answer?.$case !== 'fileDescriptorResponse') throw new Error(answer?.$case);
      for (const bytes of answer.value.fileDescriptorProto) {
        const key = Buffer.from(bytes).toString('base64');
        if (!files.has(key)) set.tag(1, 2).bytes(bytes);
        files.add(key);
      }
    }
    asking.close();
    const definition = loadFileDescriptorSetFromBuffer(Buffer.from(set.finish()), options);
    const { client, call } = callerOf(definition, stage.grpc);
    const { backends } = (await call('ListBackends', {})) as { backends: Answer[] };
    expect(backends.map(({ name }) => name)).to.deep.equal(['web1', 'web2']);
    client.close();
  });

  it('buf curl, by reflection', async () => {
    const buf = path.resolve('node_modules/@bufbuild/buf/bin/buf');
    const socket = stage.grpc.slice('unix:'.length);
    const curl = (method: string, request: object) =>
      promisify(execFile)(process.execPath, [
        ...[buf, 'curl', '--protocol', 'grpc', '--http2-prior-knowledge', '--unix-socket', socket],
        ...['-d', JSON.stringify(request), `http://localhost/maglev.Maglev/${method}`],
      ]);
    const { stdout } = await curl('PauseBackend', { name: 'web2' });
    expect(JSON.parse(stdout)).to.include({ name: 'web2', state: 'paused' });
  });

  it('that of the package', async () => {
    const maglev = connect({ server: stage.grpc });
    const kinds: string[] = [];
    for await (const item of maglev.watch({ backend: true })) {
      kinds.push(item.kind);
      if (item.kind === 'state' && kinds.length === 3) await maglev.resumeBackend({ name: 'web2' });
      if (item.kind !== 'event') continue;
      expect(item.event.event?.value).to.include({ backend: 'web2', from: 'paused' });
      break;
    }
    expect(kinds).to.deep.equal(['connected', 'state', 'state', 'event']);
    expect((await maglev.getStatus()).vpp?.state).to.equal('disabled');
    maglev.close();
  });
});
