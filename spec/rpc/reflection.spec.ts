import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, type ClientDuplexStream, credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { indexDescriptors } from '../../rpc/descriptor-index.js';
import { descriptorSetBase64 } from '../../rpc/generated/descriptors.js';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionService as V1,
} from '../../rpc/generated/grpc/reflection/v1/reflection.js';
import { ServerReflectionService as V1Alpha } from '../../rpc/generated/grpc/reflection/v1alpha/reflection.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';

type Question = NonNullable<ServerReflectionRequest['messageRequest']>;
type Answer = ServerReflectionResponse['messageResponse'];

const services = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
  'maglev.Maglev',
];

describe('rpc/reflection', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({
      views: (message) => {
        const [frontend] = samples.frontends;
        if (message.type === 'get-frontend' && frontend !== undefined) message.reply.ok(frontend);
      },
    });
  });
  after(() => fixture.stop());

  /** buf as an operator runs it, without a schema of its own. */
  const curl = async (...args: string[]): Promise<string> => {
    const socket = fixture.server.address.slice('unix:'.length);
    const { stdout } = await promisify(execFile)(process.execPath, [
      'node_modules/@bufbuild/buf/bin/buf',
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      '--unix-socket',
      socket,
      ...args,
    ]);
    return stdout;
  };

  for (const version of ['grpc-v1', 'grpc-v1alpha']) {
    it(`lets buf curl list the services through ${version}`, async () => {
      const listed = await curl('--reflect-protocol', version, '--list-services', 'http://localhost');
      expect(listed.trim().split('\n')).to.deep.equal(services);
    });
  }

  it('lets buf curl call a method of which it knows nothing beforehand', async () => {
    const output = await curl('-d', '{"name":"web"}', 'http://localhost/maglev.Maglev/GetFrontend');
    expect(JSON.parse(output)).to.deep.include({
      name: 'web',
      address: '192.0.2.1',
      port: 443,
    });
  });

  it('lets buf curl call the health service', async () => {
    const output = await curl('-d', '{}', 'http://localhost/grpc.health.v1.Health/Check');
    expect(JSON.parse(output)).to.deep.equal({ status: 'SERVING' });
  });

  const converse = async (
    service: typeof V1 | typeof V1Alpha,
    questions: readonly (Question | undefined)[],
  ) => {
    const client = new Client(fixture.server.address, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = service.serverReflectionInfo;
    const call: ClientDuplexStream<ServerReflectionRequest, ServerReflectionResponse> =
      client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    for (const messageRequest of questions) call.write({ host: 'h', messageRequest });
    call.end();
    const answers: Answer[] = [];
    for await (const response of call) answers.push((response as ServerReflectionResponse).messageResponse);
    client.close();
    return answers;
  };

  for (const [version, service] of [
    ['v1', V1],
    ['v1alpha', V1Alpha],
  ] as const) {
    it(`answers every kind of question, one after the other, in ${version}`, async () => {
      const answers = await converse(service, [
        { $case: 'fileByFilename', value: 'maglev.proto' },
        { $case: 'fileContainingSymbol', value: 'maglev.Maglev.GetVPPLBState' },
        { $case: 'fileContainingSymbol', value: 'maglev.VPPLBVIP.encap' },
        { $case: 'fileContainingSymbol', value: 'maglev.Nothing' },
        { $case: 'fileByFilename', value: 'other.proto' },
        { $case: 'allExtensionNumbersOfType', value: 'maglev.VPPLBVIP' },
        { $case: 'allExtensionNumbersOfType', value: 'maglev.Maglev' },
        {
          $case: 'fileContainingExtension',
          value: { containingType: 'maglev.VPPLBVIP', extensionNumber: 1 },
        },
        { $case: 'allExtensionNumbersOfType', value: 'google.protobuf.MethodOptions' },
        {
          $case: 'fileContainingExtension',
          value: { containingType: 'google.protobuf.MethodOptions', extensionNumber: 50001 },
        },
        undefined,
      ]);
      expect(answers.map((answer) => answer?.$case)).to.deep.equal([
        'fileDescriptorResponse',
        'fileDescriptorResponse',
        'fileDescriptorResponse',
        'errorResponse',
        'errorResponse',
        'allExtensionNumbersResponse',
        'errorResponse',
        'errorResponse',
        'allExtensionNumbersResponse',
        'fileDescriptorResponse',
        'errorResponse',
      ]);
      const numbers = answers[8]?.$case === 'allExtensionNumbersResponse' ? answers[8].value : null;
      expect(numbers?.extensionNumber).to.deep.equal([50_001]);
      const [first] = answers;
      const [file] = first?.$case === 'fileDescriptorResponse' ? first.value.fileDescriptorProto : [];
      expect(fromBinary(FileDescriptorProtoSchema, file ?? Buffer.alloc(0)).name).to.equal('maglev.proto');
      const codes = answers.flatMap((answer) =>
        answer?.$case === 'errorResponse' ? [answer.value.errorCode] : [],
      );
      expect(codes).to.deep.equal([
        status.NOT_FOUND,
        status.NOT_FOUND,
        status.NOT_FOUND,
        status.NOT_FOUND,
        status.INVALID_ARGUMENT,
      ]);
    });
  }

  it('answers thousands of questions in one conversation', async () => {
    const answers = await converse(V1, new Array<Question>(3000).fill({ $case: 'listServices', value: '' }));
    expect(answers).to.have.length(3000);
  });

  it('is served only when wanted', async () => {
    const bare = await startFixture({}, { reflection: false });
    const client = new Client(bare.server.address, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = V1.serverReflectionInfo;
    const code = await new Promise<status>((resolve) => {
      const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      call.on('error', (error: { code?: status }) => resolve(error.code ?? status.UNKNOWN));
      call.on('data', () => resolve(status.OK));
      call.end();
    });
    client.close();
    await bare.stop();
    expect(code).to.equal(status.UNIMPLEMENTED);
  });

  it('hands out a file with all that it imports, itself first', () => {
    const index = indexDescriptors(Buffer.from(descriptorSetBase64, 'base64'));
    expect(index.services).to.deep.equal(services);
    const files = index.filesFor('maglev.proto') ?? [];
    expect(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name)).to.deep.equal([
      'maglev.proto',
      'google/protobuf/descriptor.proto',
    ]);
    // field 1: { name "b" }, { name "a", dependency "b" }
    const set = Buffer.from([0x0a, 3, 0x0a, 1, 0x62, 0x0a, 6, 0x0a, 1, 0x61, 0x1a, 1, 0x62]);
    const names = indexDescriptors(set)
      .filesFor('a')
      ?.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
    expect(names).to.deep.equal(['a', 'b']);
  });
});
