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
  it('say nothing about shares that are right, whatever the length of the table', () => {
    expect(warningsOf(weights(1024, [100, 100]))).to.deep.equal([]);
    expect(warningsOf(weights(1024, [100, 100, 100, 100]))).to.deep.equal([]);
    expect(warningsOf(weights(16, [1]))).to.deep.equal([]);
    expect(warningsOf(weights(1, [0, 0]))).to.deep.equal([]);
    expect(warningsOf(weights(128, [100, 100]))).to.deep.equal([]);
  });

  it('say when the table does not give the shares that the weights ask for, and what would', () => {
    expect(warningsOf(weights(128, [100, 29]))).to.deep.equal([]);
    expect(warningsOf(weights(64, [100, 29]))).to.deep.equal([
      `f:7:40 ${path(0)}: shares are off by up to 22.8 points: 'b0' gets 54.7 % of the new flows, not 77.5 %; ` +
        'right to a point with new-flows-table-length 128, or with weights 7 for 100, 2 for 29',
    ]);
    const ten = (weight: number) => new Array<number>(10).fill(weight);
    expect(warningsOf(weights(1024, [...ten(100), ...ten(50)]))[0]).to.contain(
      'right to a point with new-flows-table-length 2048, or with weights 2 for 100, 1 for 50',
    );
  });

  it('say when backends get nothing', () => {
    expect(warningsOf(weights(2, [1, 1, 1]))).to.deep.equal([
      `f:8:40 ${path(0)}: 1 of 3 backends get no new flows at all; right to a point with new-flows-table-length 128`,
    ]);
  });

  it('reckon with the steps that weights are mapped to', () => {
    const inSteps = (steps: number) =>
      weights(4096, [100, 35, 35]).replace(
        'length: 4096',
        `length: 4096, weight-mode: steps, weight-steps: ${steps}`,
      );
    expect(warningsOf(inSteps(20))).to.deep.equal([]);
    expect(warningsOf(inSteps(2))[0]).to.match(
      /shares are off by up to 8\.8 points: 'b0' gets 50\.0 % of the new flows, not 58\.8 %; right to a point with weight-steps 11$/,
    );
    const useless = weights(1024, [1]).replace('length: 1024', 'length: 1024, weight-steps: 4');
    expect(warningsOf(useless)[0]).to.contain('weight-steps: has no effect with weight-mode exact');
  });

  it('look at the worst pool, because one pool is active at a time', () => {
    const [warning, ...others] = warningsOf(weights(64, [60], [60, 50, 13], [100, 99], [90, 21, 7]));
    expect(warning).to.contain(`${path(3)}: shares are off`);
    expect(others).to.deep.equal([]);
  });

  it('tell when what is probed is not what is served', () => {
    const text = (port: number) =>
      below(
        '  healthchecks: { web: { type: http, port: 8080 }, ping: { type: icmp } }',
        '  backends: { a: { address: 198.51.100.1, healthcheck: web }, b: { address: 198.51.100.2, healthcheck: ping } }',
        '  frontends:',
        `    x: { address: 203.0.113.1, protocol: tcp, port: ${port}, pools: [{ name: p, backends: { a: {}, b: {} } }] }`,
        '    y: { address: 203.0.113.2, pools: [{ name: p, backends: { a: {} } }] }',
      );
    expect(warningsOf(text(8080))).to.deep.equal([]);
    expect(warningsOf(text(443))).to.deep.equal([
      "f:6:53 maglev.frontends.x.port: health check 'web' probes port 8080: nobody checks what is served on port 443",
    ]);
  });

  it('name a server that gets more than ten probes a second, once for all its backends', () => {
    const text = (interval: string) =>
      below(
        `  healthchecks: { web: { type: icmp, interval: ${interval} } }`,
        '  backends: { a: { address: 198.51.100.1, healthcheck: web }, b: { address: 198.51.100.1, healthcheck: web } }',
        '  frontends:',
        '    x: { address: 203.0.113.1, pools: [{ name: p, backends: { a: {} } }] }',
        '    y: { address: 203.0.113.2, pools: [{ name: p, backends: { b: {} } }] }',
      );
    expect(warningsOf(text('200ms'))).to.deep.equal([]);
    expect(warningsOf(text('1s, fast-interval: 100ms'))).to.deep.equal([
      'f:4:15 maglev.backends.a: up to 20 probes a second go to 198.51.100.1: a server should not notice them, 10 are enough',
    ]);
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

  it('name what is made anew so seldom that a trouble with it would stay unseen', () => {
    const text = below(
      '  healthchecks:',
      '    a: { type: http, params: { reuse: 301 } }',
      '    b: { type: http, params: { reuse: 300 } }',
      '    c: { type: https, params: { reuse: 10, resume: 31 } }',
      '    d: { type: tcp, port: 465, interval: 1m, params: { ssl: true, resume: 11 } }',
      '    e: { type: tcp, port: 465, params: { resume: 1000 } }',
      '    f: { type: https, interval: 1h }',
    );
    expect(warningsOf(text)).to.deep.equal([
      noFrontends,
      'f:4:39 maglev.healthchecks.a.params.reuse: with an interval of 2s there is a new connection only every 10m2s: what is wrong with it is seen no sooner',
      'f:6:52 maglev.healthchecks.c.params.resume: with an interval of 2s there is a whole handshake only every 10m20s: what is wrong with it is seen no sooner',
      'f:7:75 maglev.healthchecks.d.params.resume: with an interval of 1m0s there is a whole handshake only every 11m0s: what is wrong with it is seen no sooner',
      'f:8:50 maglev.healthchecks.e.params.resume: has no effect without TLS: that would be ssl: true',
    ]);
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
