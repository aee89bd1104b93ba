import { expect } from 'chai';
import { below, configOf, warningsOf } from './config-lines.js';

/** A file with one pool for each list of weights, and a table of the given length. */
function weights(tableLength: number, ...pools: readonly (readonly number[])[]): string {
  let next = 0;
  const names: string[] = [];
  const list = pools.map((pool, index) => {
    const members = pool.map((weight) => {
      const name = `b${next++}`;
      names.push(name);
      return `${name}: { weight: ${weight} }`;
    });
    return `{ name: p${index}, backends: { ${members.join(', ')} } }`;
  });
  return [
    'maglev:',
    `  vpp: { lb: { ipv4-src-address: 192.0.2.1, ipv6-src-address: "2001:db8::1", new-flows-table-length: ${tableLength} } }`,
    '  backends:',
    ...names.map((name, index) => `    ${name}: { address: 198.51.100.${index + 1} }`),
    '  frontends:',
    `    f: { address: 203.0.113.1, pools: [${list.join(', ')}] }`,
    '',
  ].join('\n');
}

const path = (index: number) => `maglev.frontends.f.pools[${index}]`;

const noFrontends = 'f:1:1 maglev: there are no frontends: maglevd removes every VIP from VPP';

describe('config: warnings', () => {
  it('say nothing about a table that is long enough', () => {
    expect(warningsOf(weights(1024, [100]))).to.deep.equal([]);
    expect(warningsOf(weights(4096, [100, 100, 100, 100]))).to.deep.equal([]);
    expect(warningsOf(weights(16, [1]))).to.deep.equal([]);
    expect(warningsOf(weights(1, [0, 0]))).to.deep.equal([]);
  });

  it('say that shares get coarse', () => {
    expect(warningsOf(weights(1024, [100, 100]))).to.deep.equal([
      `f:7:40 ${path(0)}: the weights add up to 200, and new-flows-table-length 1024 is less than 10 times that: ` +
        'shares can be off by more than a tenth; set it to 2048, or use lower weights',
    ]);
  });

  it('say that weights no longer count', () => {
    expect(warningsOf(weights(128, [100, 29]))).to.deep.equal([
      `f:7:40 ${path(0)}: the weights add up to 129, more than new-flows-table-length 128: VPP then ignores weights; ` +
        'set it to 2048, or use lower weights',
    ]);
    expect(warningsOf(weights(128, [100, 28]))[0]).to.contain('is less than 10 times that');
  });

  it('do not advise a table that is longer than allowed', () => {
    const pool = Array.from({ length: 1100 }, (_, i) => `b${i}: `).join(', ');
    const backends = Array.from(
      { length: 1100 },
      (_, i) => `    b${i}: { address: 10.0.${i >> 8}.${i & 255} }`,
    );
    const text = below(
      '  backends:',
      ...backends,
      `  frontends: { f: { address: 203.0.113.1, pools: [{ name: p, backends: { ${pool}} }] } }`,
    );
    expect(warningsOf(text)[0]).to.match(/add up to 110000, more than .*; use lower weights$/);
  });

  it('look at the heaviest pool, because one pool is active at a time', () => {
    expect(warningsOf(weights(1024, [60], [100], [30, 30]))).to.deep.equal([]);
    const [warning, ...others] = warningsOf(weights(1024, [60], [100, 50], [100]));
    expect(warning).to.contain(`${path(1)}: the weights add up to 150,`);
    expect(others).to.deep.equal([]);
    expect(warningsOf(weights(1024, [50], [100, 50], [50, 100]))[0]).to.contain(path(1));
  });

  it('name backends that nothing uses', () => {
    const text = below('  backends:', '    a: { address: 198.51.100.1 }', '    b: { address: 198.51.100.2 }');
    expect(warningsOf(text)).to.deep.equal([
      noFrontends,
      'f:4:5 maglev.backends.a: no frontend uses this backend',
      'f:5:5 maglev.backends.b: no frontend uses this backend',
    ]);
  });

  it('name servers that are two backends of one frontend, and pools without any', () => {
    const text = below(
      '  backends: { a: { address: 198.51.100.1 }, b: { address: 198.51.100.1 } }',
      '  frontends:',
      '    x: { address: 203.0.113.1, pools: [{ name: p, backends: { a: { weight: 1 } } }, { name: q, backends: { b: { weight: 1 } } }] }',
      '    y: { address: 203.0.113.2, pools: [{ name: p, backends: {} }] }',
    );
    expect(warningsOf(text)).to.deep.equal([
      "f:5:108 maglev.frontends.x.pools[1].backends.b: has the address of 'a': for VPP the two are one server",
      'f:6:51 maglev.frontends.y.pools[0].backends: the pool has no backends',
    ]);
  });

  it('name TLS settings of checks without TLS', () => {
    const text = below(
      '  healthchecks:',
      '    a: { type: http, params: { server-name: example.com, insecure-skip-verify: true } }',
      '    b: { type: tcp, port: 25, params: { server-name: example.com } }',
      '    c: { type: tcp, port: 465, params: { ssl: true, server-name: example.com, insecure-skip-verify: true } }',
      '    d: { type: https, params: { server-name: example.com, insecure-skip-verify: true } }',
      '    e: { type: http, params: { insecure-skip-verify: false } }',
    );
    expect(warningsOf(text)).to.deep.equal([
      noFrontends,
      'f:4:45 maglev.healthchecks.a.params.server-name: has no effect without TLS: that would be type https',
      'f:4:80 maglev.healthchecks.a.params.insecure-skip-verify: has no effect without TLS: that would be type https',
      'f:5:54 maglev.healthchecks.b.params.server-name: has no effect without TLS: that would be ssl: true',
    ]);
    configOf(text);
  });

  it('come with semantic errors too, but not when the form is wrong', () => {
    const unused = ['  backends:', '    a: { address: 198.51.100.1 }'];
    expect(warningsOf(below(...unused, '    b: { address: 0.0.0.0 }'))).to.have.length(3);
    expect(warningsOf(below(...unused, '    b: {}'))).to.deep.equal([]);
  });

  it('say what a file takes of the memory of VPP, from half of its heap on', () => {
    const file = (vips: number) =>
      [
        'maglev:',
        '  vpp:',
        '    lb: { ipv4-src-address: 192.0.2.1, ipv6-src-address: "2001:db8::1", new-flows-table-length: 1048576 }',
        '  backends: { b: { address: 198.51.100.1 } }',
        '  frontends:',
        ...Array.from(
          { length: vips },
          (_, i) => `    f${i}: { address: 203.0.113.${i}, pools: [{ name: p, backends: { b: {} } }] }`,
        ),
        '',
      ].join('\n');
    expect(warningsOf(file(120))).to.deep.equal([]);
    expect(warningsOf(file(130))).to.have.length(1);
    expect(warningsOf(file(130))[0]).to.match(
      /^f:3:5 maglev\.vpp\.lb: this takes 529 MiB of VPP's memory \(130 VIPs with tables of 1048576 take 521 MiB/,
    );
  });
});
