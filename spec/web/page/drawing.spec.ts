import { expect } from 'chai';
import fc from 'fast-check';
import {
  durationText,
  percentText,
  roundDurationText,
  shortBytes,
  shortNumber,
  spanText,
} from '../../../web/ui/model/figures.js';
import { columnsOf, ProbeMemory, quantileOf, rowOf, rows } from '../../../web/ui/model/heat.js';
import { letterAt, segmentsOf } from '../../../web/ui/model/segments.js';
import { Site } from '../../../web/ui/model/site.js';
import { ticksOf, timeAt, xOf } from '../../../web/ui/model/time-axis.js';
import { curvesOf, levelsOf, totalOf } from '../../../web/ui/model/traffic.js';
import { moveBy } from '../../../web/ui/parts/list-keys.js';
import { maglevdOf, pictureOf } from '../../support/dashboard/standing-fleet.js';

const NOW = 1_800_000_000_000;

describe('the page: numbers and drawings', () => {
  it('writes numbers short', () => {
    expect([0, 0.5, 7, 812, 999.6, 1234, 45_600_000, 2e15].map(shortNumber)).to.deep.equal([
      '0',
      '0.5',
      '7',
      '812',
      '1.00k',
      '1.23k',
      '45.6M',
      '2000T',
    ]);
    expect([812, 1.084e6].map(shortBytes)).to.deep.equal(['812 B', '1.08 MB']);
    expect([0, 0.0004, 1 / 3, 1].map(percentText)).to.deep.equal(['0 %', '0.04 %', '33.3 %', '100 %']);
    expect([0.5, 8, 64, 1024].map(roundDurationText)).to.deep.equal(['0.5 ms', '8 ms', '64 ms', '1.02 s']);
    expect([0.42, 38.4, 1200].map(durationText)).to.deep.equal(['0.42 ms', '38 ms', '1.20 s']);
    const spans = [-5, 999, 42_000, 192_000, 7_440_000, 442_800_000];
    expect(spans.map(spanText)).to.deep.equal(['now', 'now', '42s', '3m12s', '2h04m', '5d3h']);
  });

  it('never writes more than four digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (value) => {
        expect(shortNumber(value).replace(/[^\d]/g, '').length).to.be.at.most(4);
      }),
    );
  });

  it('shares out a bar by buckets, each server with its letter', () => {
    const picture = pictureOf({ frontends: 1, members: 5 }, NOW);
    const site = new Site(maglevdOf('lb1', picture, NOW));
    site.load(site.row, picture, 0);
    const node = site.frontends.get('shop');
    if (node === undefined) throw new Error('no shop');
    const parts = segmentsOf(node);
    expect(parts.map(({ letter }) => letter)).to.deep.equal(['A', 'B', 'C', 'D']);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-9);
    expect(letterAt(26)).to.equal('');
  });

  it('puts a thousand servers into a bar that can be read', () => {
    const picture = pictureOf({ frontends: 1, members: 1000 }, NOW);
    const site = new Site(maglevdOf('lb1', picture, NOW));
    site.load(site.row, picture, 0);
    const node = site.frontends.get('shop');
    if (node === undefined) throw new Error('no shop');
    const parts = segmentsOf(node);
    expect(parts).to.have.length(26);
    expect(parts.at(-1)?.name).to.equal('974 others');
    expect(parts.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-9);
  });

  it('finds times on an axis, and writes round ones', () => {
    const axis = { from: NOW, to: NOW + 900_000, width: 900 };
    expect(timeAt(axis, xOf(axis, NOW + 123_000))).to.equal(NOW + 123_000);
    const ticks = ticksOf(axis);
    expect(ticks.length).to.be.within(3, 11);
    for (const { at } of ticks) expect(at % 60_000).to.equal(0);
  });

  it('has every probe in one cell, and each once however often it is told', () => {
    const probes = fc.array(
      fc.record({
        at: fc.integer({ min: NOW, max: NOW + 59_999 }),
        durationMs: fc.double({ min: 0, max: 5000, noNaN: true }),
        code: fc.constant('L7OK'),
        verdict: fc.constantFrom('pass', 'fail', 'doubt'),
      }),
    );
    fc.assert(
      fc.property(probes, (all) => {
        const memory = new ProbeMemory();
        memory.add(all);
        memory.add(all);
        const times = new Set(all.map(({ at }) => at)).size;
        const columns = columnsOf(memory.probes, NOW, NOW + 60_000, 40);
        expect(columns.flatMap(({ counts }) => counts).reduce((a, b) => a + b, 0)).to.equal(times);
      }),
    );
    expect(rows[rowOf(8)]).to.equal(8);
    expect(rowOf(1e9)).to.equal(rows.length - 1);
  });

  it('says within what time most probes ended', () => {
    const buckets = [
      { atMostMs: 5, count: 90 },
      { atMostMs: 10, count: 9 },
      { atMostMs: null, count: 1 },
    ];
    expect([0.5, 0.95, 0.999].map((part) => quantileOf(buckets, part))).to.deep.equal([5, 10, null]);
    expect(quantileOf([], 0.5)).to.equal(null);
  });

  it('draws the busiest servers, under a round top', () => {
    const servers = Array.from({ length: 12 }, (_, i) => ({
      backend: `b${i}`,
      address: `10.0.0.${i}`,
      packetsPerSecond: [i, null],
      bytesPerSecond: [null, null],
    }));
    const curves = curvesOf({ end: NOW, stepMs: 10_000, servers }, null);
    expect(curves.map(({ name }) => name)).to.deep.equal(['b11', 'b10', 'b9', 'b8', 'b7', 'b6', 'b5', 'b4']);
    expect(curves[0]?.last).to.equal(11);
    expect(curvesOf({ end: NOW, stepMs: 10_000, servers }, 'b3')).to.have.length(1);
    expect(totalOf({ end: NOW, stepMs: 10_000, servers })).to.deep.equal([66, null]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (most) => {
        const levels = levelsOf(most);
        expect(levels.at(-1)).to.be.at.least(most);
        expect(levels.length).to.be.within(2, 6);
      }),
    );
  });

  it('goes through a list by keys, past what cannot be chosen', () => {
    const odd = (index: number) => index % 2 === 1;
    expect(moveBy('j', -1, 9)).to.equal(0);
    expect(moveBy('j', -1, 9, odd)).to.equal(1);
    expect(moveBy('ArrowDown', 1, 9, odd)).to.equal(3);
    expect(moveBy('k', 3, 9, odd)).to.equal(1);
    expect(moveBy('k', 1, 9, odd)).to.equal(1);
    expect(moveBy('G', 1, 9, odd)).to.equal(7);
    expect(moveBy('g', 7, 9)).to.equal(0);
    expect(moveBy('PageDown', 0, 9)).to.equal(8);
    expect(moveBy('x', 0, 9)).to.equal(null);
    expect(moveBy('j', -1, 0)).to.equal(null);
  });
});
