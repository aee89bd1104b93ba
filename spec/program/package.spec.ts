import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../architecture/source-tree.js';

interface Packed {
  readonly files: readonly { readonly path: string }[];
  readonly unpackedSize: number;
}

/** That it can be installed and run is tried by `npm run test:package`. */
describe('the package', () => {
  it('has the programs and their pages, and nothing of what tests, measures or shows them', () => {
    const shown = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [packed] = JSON.parse(shown) as Packed[];
    const files = (packed?.files ?? []).map((file) => file.path);
    const { bin, exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
      exports: Record<string, string | Record<string, string>>;
    };
    const exported = Object.values(exports).flatMap((one) =>
      typeof one === 'string' ? one : Object.values(one),
    );
    expect(files).to.include.members([
      ...Object.values(bin),
      ...exported.map((file) => file.slice('./'.length)),
      'out/build-info.json',
      'docs/user-guide.md',
      'rpc/grpc/health/v1/health.proto',
    ]);
    expect(
      files.filter((file) => /^out\/(?:spec|bench|demo|packaging)\/|tsbuildinfo$|\.spec\./.test(file)),
    ).to.deep.equal([]);
    expect(packed?.unpackedSize).to.be.below(7_000_000);
  });
});
