import path from 'node:path';
import { expect } from 'chai';
import { isProduct, readSources, roomOf } from './source-tree.js';

/** Which rooms a room may import from, besides itself. What is not listed is not allowed. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  protocol: ['domain'],
  linux: ['domain', 'protocol'],
  metrics: ['domain', 'protocol'],
  binapi: ['domain', 'protocol', 'linux'],
  config: ['domain', 'protocol'],
  clock: ['protocol'],
  program: ['domain', 'protocol'],
  probes: ['clock', 'domain', 'protocol', 'linux'],
  sim: ['domain', 'program', 'protocol', 'binapi', 'linux'],
  'actors/kernel': ['domain', 'protocol'],
  actors: ['actors/kernel', 'domain', 'protocol', 'binapi', 'config', 'metrics', 'probes'],
  rpc: ['domain', 'protocol'],
  client: ['clock', 'domain', 'protocol', 'rpc'],
  cli: ['rpc', 'program', 'domain', 'protocol'],
  tester: ['config', 'domain', 'linux', 'probes', 'program', 'protocol'],
  web: ['client', 'rpc', 'cli', 'clock', 'program', 'domain', 'protocol'],
  'web/ui': ['web'],
  daemon: [
    'actors',
    'actors/kernel',
    'rpc',
    'binapi',
    'clock',
    'config',
    'domain',
    'linux',
    'metrics',
    'probes',
    'program',
    'protocol',
  ],
  bin: [
    'binapi',
    'cli',
    'clock',
    'config',
    'daemon',
    'domain',
    'program',
    'protocol',
    'rpc',
    'sim',
    'tester',
    'web',
  ],
  packaging: ['cli', 'config', 'daemon', 'domain', 'program', 'sim', 'tester', 'web'],
  lab: [
    'actors',
    'actors/kernel',
    'binapi',
    'clock',
    'config',
    'daemon',
    'domain',
    'linux',
    'metrics',
    'probes',
    'program',
    'protocol',
    'rpc',
    'sim',
  ],
  demo: ['binapi', 'clock', 'domain', 'program', 'protocol', 'rpc', 'sim'],
};

/** Packages that only one room may import. */
const reserved: Readonly<Record<string, string>> = {
  nact: 'actors/kernel',
  koffi: 'linux',
  esbuild: 'packaging',
  'solid-js': 'web/ui',
};

function resolve(from: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js(x?)$/, '.ts$1');
}

/** What is loaded together with a file of this text: not what only types come from, nor what is imported when it is needed. */
function loadedBy(text: string): string[] {
  const imports = text.matchAll(/(?:^|\n)(?:import|export)\s+(?!type\b)(?:[^;'"]*?\bfrom\s+)?'([^']+)'/g);
  return [...imports].map(([, specifier = '']) => specifier);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('architecture: who imports whom', () => {
  const sources = readSources();
  const files = new Map(sources.map((source) => [source.file, source]));
  const product = sources.filter(isProduct);

  it('sees the whole tree', () => {
    expect(product.length).to.be.above(20);
    expect(product.reduce((sum, { imports }) => sum + imports.length, 0)).to.be.above(product.length);
    expect([...new Set(product.map(({ room }) => room))].filter((room) => !(room in allowed))).to.deep.equal(
      [],
    );
  });

  it('resolves every relative import to a file', () => {
    const broken = sources.flatMap(({ file, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.') && !files.has(resolve(file, specifier)))
        .map((specifier) => `${file} -> ${specifier}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('imports point one way', () => {
    const wrong = product.flatMap(({ file, room, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => roomOf(resolve(file, specifier)))
        .filter((target) => target !== room && !(allowed[room] ?? []).includes(target))
        .map((target) => `${file} imports from ${target}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('loads neither a server nor an actor before it is known what maglevd shall do', () => {
    const reached = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const specifier of loadedBy(files.get(file)?.text ?? '')) {
        if (specifier.startsWith('.')) follow(resolve(file, specifier));
        else packages.add(specifier.startsWith('node:') ? specifier : packageOf(specifier));
      }
    };
    follow('daemon/main.ts');
    expect(reached.size).to.be.above(10);
    const rooms = ['actors', 'actors/kernel', 'binapi', 'config', 'metrics', 'probes', 'sim'];
    expect([...reached].filter((file) => rooms.includes(roomOf(file)))).to.deep.equal([]);
    expect([...packages].filter((name) => !name.startsWith('node:'))).to.deep.equal(['fp-ts']);
    expect(packages).not.to.include.any.keys('node:http', 'node:http2', 'node:tls', 'node:worker_threads');
  });

  it('nobody but its room imports a reserved package', () => {
    const wrong = sources.flatMap(({ file, room, imports }) =>
      imports
        .map(packageOf)
        .filter((name) => name in reserved && reserved[name] !== room && room !== 'spec')
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('lets the page have nothing of the programs but the types of what they say to each other', () => {
    const page = sources.filter(({ room }) => room === 'web/ui');
    const outward = page.flatMap(({ file, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolve(file, specifier))
        .filter((target) => roomOf(target) !== 'web/ui'),
    );
    expect(page.length).to.be.above(30);
    expect([...new Set(outward)]).to.deep.equal(['web/contract.ts']);
    const values = page.filter(({ text }) => /import (?!type\b)[^;]*contract\.js/.test(text));
    expect(values.map(({ file }) => file)).to.deep.equal([]);
    const packages = page.flatMap(({ imports }) =>
      imports.filter((one) => !one.startsWith('.')).map(packageOf),
    );
    expect([...new Set(packages)]).to.deep.equal(['solid-js']);
  });

  it('has nothing of a server, nor of any other program, in what a client imports', () => {
    const reached = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const specifier of files.get(file)?.imports ?? []) {
        if (specifier.startsWith('.')) visit(resolve(file, specifier));
        else packages.add(packageOf(specifier));
      }
    };
    visit('client/index.ts');
    const inRpc = [...reached].filter((file) => roomOf(file) === 'rpc');
    expect(inRpc.sort()).to.deep.equal([
      'rpc/address.ts',
      'rpc/channel.ts',
      'rpc/error-details.ts',
      'rpc/explain.ts',
      'rpc/generated/maglev.ts',
      'rpc/on-behalf-of.ts',
      'rpc/rpc-error.ts',
      'rpc/status.ts',
    ]);
    expect([...packages].filter((name) => !name.startsWith('node:')).sort()).to.deep.equal([
      '@bufbuild/protobuf',
      '@grpc/grpc-js',
      'fp-ts',
    ]);
  });

  it('has no circle of imports', () => {
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, trail: readonly string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const specifier of files.get(file)?.imports ?? []) {
        if (specifier.startsWith('.')) visit(resolve(file, specifier), [...trail, file]);
      }
      state.set(file, 'done');
    };
    for (const file of files.keys()) visit(file, []);
    expect(circles).to.deep.equal([]);
  });
});
