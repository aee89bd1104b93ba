import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { flightLines, flightPieces } from '../../domain/flight-record.js';
import { detailOf, web1Life } from '../support/rpc-health-samples.js';
import { flightRecord, overrides } from '../support/rpc-samples.js';

interface Line extends Record<string, unknown> {
  readonly kind: string;
}

describe('domain/flight-record', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);
  const backend = detailOf('web1', web1Life(now));
  const probes = () => [
    { at: now, code: 'L4TOUT', durationMs: 1000 } as const,
    { at: now - 1, code: 'L7OK', durationMs: 1.23456 } as const,
  ];
  const record = { ...flightRecord('uid:0'), backends: [backend], probes, overrides: overrides(now) };
  const lines = [...flightLines(record)].map((line) => JSON.parse(line) as Line);
  const of = (kind: string) => lines.filter((line) => line.kind === kind);

  it('begins with what it is of, and ends with how many lines came before, so that half of one is seen', () => {
    expect(lines[0]).to.deep.include({ kind: 'begin', format: 'vpp-maglev-flight', version: 1, by: 'uid:0' });
    expect(lines.at(-1)).to.deep.equal({ kind: 'end', lines: lines.length - 1 });
  });

  it('has the config as text, what probes found, what VPP had, what was done and told, and the tree', () => {
    expect(of('config')[0]?.['text']).to.match(/^maglev:\n/);
    expect(of('probes')).to.deep.equal([
      {
        kind: 'probes',
        backend: 'web1',
        results: [
          [now - 1, 'L7OK', 1.235],
          [now, 'L4TOUT', 1000],
        ],
      },
    ]);
    expect(of('vpp-read')).to.have.length(1);
    expect(of('vpp-vip')[0]).to.deep.include({ read: 1 });
    expect(of('sync')).to.have.length(1);
    expect(of('event').map(({ name }) => name)).to.deep.equal(['backend-transition', 'probe-stall']);
    expect(of('actor').map(({ path }) => path)).to.include('/root/vpp/connection');
    expect(of('missing')).to.have.length(1);
  });

  it('is the same in pieces, each of whole lines', () => {
    const pieces = [...flightPieces(record, 300)];
    expect(pieces.length).to.be.above(3);
    for (const piece of pieces) expect(piece).to.match(/\n$/);
    expect(pieces.join('')).to.equal([...flightLines(record)].join(''));
  });

  it('is explained, line by line, in docs/flight-recorder.md', () => {
    const page = readFileSync('docs/flight-recorder.md', 'utf8');
    const told = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, kind = '']) => kind);
    const known = [...new Set([...lines.map(({ kind }) => kind), 'operation'])];
    expect(told).to.have.members(known);
  });
});
