import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { oddNames } from '../support/any-name.js';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';

const q = JSON.stringify;
const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  backends:
${oddNames.map((name, i) => `    ${q(name)}: { address: 10.0.0.${i + 1} }`).join('\n')}
  frontends:
${oddNames
  .map(
    (name, i) =>
      `    ${q(name)}: { address: 192.0.2.${i + 1}, pools: [{ name: ${q(name)}, backends: { ${q(name)}: {} } }] }`,
  )
  .join('\n')}
`;
/** One of each kind that is told apart somewhere: a path, words, an option, a key of JavaScript, other scripts. */
const some = [
  'vip/http',
  'two  blanks',
  '--json',
  '__proto__',
  '\u05e9\u05dc\u05d5\u05dd',
  '\u{1f600}'.repeat(64),
];

describe('e2e: names with any printable characters', function () {
  this.timeout(60_000);
  const stage = new Stage();
  let maglevd: Process;
  before(async () => {
    stage.write(config);
    maglevd = stage.daemon('--vpp-api-addr=');
    await maglevd.record('grpc-listening');
  });
  after(() => stage.end());

  it('are the same in the API, on the command line, in the log, in the state file, and after a restart', async () => {
    const listed = JSON.parse((await stage.ctl('--json', 'show', 'frontends')).stdout) as {
      frontends: { name: string }[];
    };
    expect(listed.frontends.map(({ name }) => name)).to.deep.equal(oddNames);
    for (const name of some) {
      const paused = await stage.ctl('--', 'set', 'backend', name, 'pause');
      expect(paused.code, `${name}: ${paused.stderr}`).to.equal(0);
      const weight = ['weight', '7'];
      const set = await stage.ctl('--', 'set', 'frontend', name, 'pool', name, 'backend', name, ...weight);
      expect(set.code, `${name}: ${set.stderr}`).to.equal(0);
    }
    const logged = maglevd.records('operator-action').filter(({ action }) => action === 'pause');
    expect(logged.map(({ backend }) => backend)).to.deep.equal(some);
    expect(maglevd.records('actor-crash')).to.deep.equal([]);
    await maglevd.end();

    const kept = readFileSync(path.join(stage.folder, 'state', 'no-vpp', 'operator.json'), 'utf8');
    const { overrides } = JSON.parse(kept) as { overrides: { kind: string; backend: string }[] };
    const backendsOf = (kind: string) => overrides.flatMap((one) => (one.kind === kind ? [one.backend] : []));
    expect(backendsOf('paused')).to.have.members(some);
    expect(backendsOf('weight')).to.have.members(some);

    maglevd = stage.daemon('--vpp-api-addr=');
    await maglevd.record('grpc-listening');
    const after = JSON.parse((await stage.ctl('--json', 'show', 'backends')).stdout) as {
      backends: { name: string; state: string }[];
    };
    const states = new Map(after.backends.map(({ name, state }) => [name, state]));
    for (const name of oddNames)
      expect(states.get(name), name).to.equal(some.includes(name) ? 'paused' : 'up');
    const { stdout } = await stage.ctl('show', 'frontend', 'two  blanks');
    expect(stdout).to.match(/^pool 'two {2}blanks'( \(active\))?$/m);
  });
});
