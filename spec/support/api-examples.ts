import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSetBase64 } from '../../rpc/generated/descriptors.js';
import { MaglevService } from '../../rpc/generated/maglev.js';

type Fields = Readonly<Record<string, unknown>>;

/** A request of each RPC, as JSON with the names of the .proto file; what is not here has nothing to say. */
const requests: Readonly<Partial<Record<keyof typeof MaglevService, Fields>>> = {
  getFrontend: { name: 'www' },
  getBackend: { name: 'web1' },
  getProbes: { name: 'web1' },
  pauseBackend: { name: 'web1' },
  resumeBackend: { name: 'web1' },
  enableBackend: { name: 'web1' },
  disableBackend: { name: 'web1' },
  setFrontendPoolBackendWeight: { frontend: 'www', pool: 'main', backend: 'web1', weight: 50 },
  getHealthCheck: { name: 'http' },
  getVpplbState: { frontend_name: 'www' },
  syncVpplbState: { frontend_name: 'www' },
  getVpplbCounters: { frontend_name: 'www' },
  getSync: { id: '1' },
  watchEvents: { backend: true, names: ['web1', 'web2'] },
  listEvents: { count: 20 },
  listActors: { path: '/root/vpp' },
  setLogLevel: { level: 'debug', for_ns: '600000000000' },
  planConfigFile: { file: '/etc/vpp-maglev/new.yaml' },
  getFailoverDebts: { frontend_name: 'www' },
  plan: { backend: { name: 'web1', action: 'disable' } },
  explainFlow: {
    source: '198.51.100.7',
    source_port: 40_000,
    destination: '203.0.113.1',
    destination_port: 80,
    protocol: 6,
  },
};

/** How one RPC is called, by each tool; null: it cannot. */
export interface ApiExample {
  readonly method: string;
  readonly streams: boolean;
  readonly curl: string;
  readonly buf: string;
  readonly grpcurl: string;
  readonly typescript: string | null;
  readonly python: string;
}

/** Of every RPC, in the order of the .proto file. */
export function apiExamples(): ApiExample[] {
  const registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64')),
  );
  const names = Object.keys(MaglevService) as (keyof typeof MaglevService)[];
  return names.map((name) => {
    const { path, responseStream } = MaglevService[name];
    const [service = '', method = ''] = path.slice(1).split('/');
    const input = registry.getService(service)?.methods.find((one) => one.name === method)?.input;
    if (input === undefined) throw new Error(`no descriptor has ${path}`);
    const fields = requests[name] ?? {};
    const json = JSON.stringify(fields);
    const python = `maglev.${method}(${pythonOf(input, fields)})`;
    return {
      method,
      streams: responseStream,
      curl: curlOf(path, fields, responseStream),
      buf: `buf curl --protocol grpc --http2-prior-knowledge -d '${json}' http://127.0.0.1:9090${path}`,
      grpcurl: `grpcurl -plaintext -d '${json}' 127.0.0.1:9090 ${path.slice(1)}`,
      typescript: typescriptOf(method, input, fields, responseStream),
      python: responseStream ? `for message in ${python}: print(message)` : `print(${python})`,
    };
  });
}

const page = (title: string) => `# ${title}

Each request by each tool, over loopback. [api.md](api.md) has TLS, tokens, unix sockets and errors, [client.md](client.md) more about programs.
\`curl\` needs \`--http-addr 127.0.0.1:9080\`; \`buf curl\` and \`grpcurl\` ask reflection for the messages. The TypeScript stands behind

\`\`\`ts
import { connect } from 'vpp-maglev/client';
const maglev = connect({ server: '127.0.0.1:9090' });
\`\`\`

and the Python, with \`grpcio\` and what \`python3 -m grpc_tools.protoc -I rpc --python_out=. --grpc_python_out=. maglev.proto\` makes, behind

\`\`\`python
import grpc, maglev_pb2 as pb, maglev_pb2_grpc
maglev = maglev_pb2_grpc.MaglevStub(grpc.insecure_channel('127.0.0.1:9090'))
\`\`\`
`;

/** docs/api-examples.md. */
export function apiExamplesPage(): string {
  const sections = apiExamples().map(({ method, curl, buf, grpcurl, typescript, python }) => {
    const ts = typescript === null ? [] : ['```ts', typescript, '```'];
    const lines = ['```text', curl, buf, grpcurl, '```', ...ts, '```python', python, '```'];
    return `\n## ${method}\n\n${lines.join('\n')}\n`;
  });
  return page('An example of every request') + sections.join('');
}

function curlOf(path: string, fields: Fields, streams: boolean): string {
  const url = 'http://127.0.0.1:9080';
  if (path === '/maglev.Maglev/WatchEvents') {
    const words = Object.entries(fields).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => `${key}=${one}`),
    );
    return `curl -N '${url}/v1/events?${words.join('&')}'`;
  }
  const json = JSON.stringify(fields);
  if (!streams) return `curl -H 'content-type: application/json' -d '${json}' ${url}${path}`;
  const head = `\\0\\0\\0\\0\\${json.length.toString(8)}`;
  const type = "-H 'content-type: application/connect+json'";
  return `printf '${head}${json}' | curl -sN ${type} --data-binary @- ${url}${path}`;
}

function typescriptOf(method: string, input: DescMessage, fields: Fields, streams: boolean): string | null {
  const request = scriptOf(input, fields);
  if (method === 'WatchEvents')
    return `for await (const item of maglev.watch(${request})) console.log(item);`;
  if (method === 'Record') return 'for await (const piece of maglev.record()) process.stdout.write(piece);';
  if (streams) return null;
  const call = `${method.slice(0, 1).toLowerCase()}${method.slice(1)}`;
  return `console.log(await maglev.${call}(${request === '{}' ? '' : request}));`;
}

function scriptOf(message: DescMessage, fields: Fields): string {
  const parts = fieldsOf(message, fields).map(([field, value]) => {
    const written =
      field.message === undefined ? wordOf(field, value, 'n') : scriptOf(field.message, value as Fields);
    if (field.oneof === undefined) return `${field.localName}: ${written}`;
    return `${field.oneof.localName}: { $case: '${field.localName}', value: ${written} }`;
  });
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function pythonOf(message: DescMessage, fields: Fields): string {
  const parts = fieldsOf(message, fields).map(([field, value]) => {
    const written =
      field.message === undefined ? wordOf(field, value, '') : pythonOf(field.message, value as Fields);
    return `${field.name}=${written === 'true' ? 'True' : written}`;
  });
  return `pb.${message.name}(${parts.join(', ')})`;
}

function fieldsOf(message: DescMessage, fields: Fields): [DescField, unknown][] {
  return Object.entries(fields).map(([name, value]) => {
    const field = message.fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`${message.name} has no field ${name}`);
    return [field, value];
  });
}

/** `long` is what stands behind a number of 64 bits. */
function wordOf(field: DescField, value: unknown, long: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => wordOf(field, one, long)).join(', ')}]`;
  const isLong = field.scalar === ScalarType.UINT64 || field.scalar === ScalarType.INT64;
  if (typeof value !== 'string') return String(value);
  return isLong ? `${value}${long}` : `'${value}'`;
}
