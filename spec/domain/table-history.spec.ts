import { expect } from 'chai';
import { vipId } from '../../domain/lb.js';
import type { LbCounters } from '../../domain/lb-counters.js';
import { newestTables, TableHistory } from '../../domain/table-history.js';
import { ip, vipKey } from '../support/domain-samples.js';

const key = vipKey('192.0.2.1/32');
const id = vipId(key);

function vip(...weights: readonly number[]) {
  const ases = weights.map((weight, i) => ({ address: ip(`10.0.0.${i + 1}`), weight, buckets: 0 }));
  return { key, encap: 'gre4', tableLength: { value: 16, exact: true }, srcIpSticky: false, ases } as const;
}

function counters(seconds: number, first: number): LbCounters {
  const none = { next: 0n, untracked: 0n, noServer: 0n, traffic: null, servers: [] };
  return { at: seconds * 1000, vips: [{ key, first: BigInt(first), ...none }] };
}

/** Of each table the weights, and what began under it. */
function told(history: TableHistory) {
  const of = history.of(id);
  return (
    of && {
      since: of.since / 1000,
      tables: of.tables.map(({ table, begun }) => [table.servers.map(({ weight }) => weight).join(), begun]),
    }
  );
}

describe('domain/table-history', () => {
  it('counts the flows that began under each table, from the first reading on', () => {
    const history = new TableHistory();
    history.stands(vip(100, 100), 1000);
    history.counted(counters(10, 500));
    expect(told(history)).to.deep.equal({ since: 10, tables: [['100,100', 0]] });
    history.counted(counters(20, 600));
    history.stands(vip(100, 100), 20_500);
    history.stands(vip(100, 0), 25_000);
    history.counted(counters(30, 640));
    expect(told(history)).to.deep.equal({
      since: 10,
      tables: [
        ['100,100', 120],
        ['100', 20],
      ],
    });
    history.stands(vip(100, 100), 31_000);
    history.counted(counters(40, 740));
    expect(told(history)?.tables).to.deep.equal([
      ['100,100', 120],
      ['100', 30],
      ['100,100', 90],
    ]);
  });

  it('goes on when the same VPP is connected again, and knows nothing of the flows of another one', () => {
    const history = new TableHistory();
    history.isOf(1000);
    history.stands(vip(100, 100), 1000);
    history.counted(counters(10, 500));
    history.isOf(1000);
    history.isOf(0);
    history.counted(counters(20, 600));
    expect(told(history)).to.deep.equal({ since: 10, tables: [['100,100', 100]] });
    // What is told of the new one before its counters can be read is known.
    history.stands(vip(100, 0), 21_000);
    history.isOf(2000);
    history.counted(counters(30, 700));
    expect(told(history)).to.deep.equal({ since: 30, tables: [['100', 0]] });
  });

  it('begins anew with a VIP that was made anew, and knows nothing of one that is gone', () => {
    const history = new TableHistory();
    history.counted(counters(5, 3));
    expect(told(history)).to.equal(null);
    history.stands(vip(1, 2), 6000);
    history.counted(counters(10, 500));
    history.counted(counters(20, 700));
    history.counted(counters(30, 5));
    expect(told(history)).to.deep.equal({ since: 30, tables: [['1,2', 0]] });
    history.gone(id);
    history.counted(counters(40, 9));
    expect(told(history)).to.equal(null);
  });

  it('forgets the oldest tables, and says since when it knows the others', () => {
    const history = new TableHistory();
    history.stands(vip(1), 0);
    history.counted(counters(0, 0));
    for (let i = 1; i <= 40; i++) {
      history.stands(vip(1 + i), i * 10_000);
      history.counted(counters(i * 10 + 10, i * 10));
    }
    const { since = 0, tables = [] } = told(history) ?? {};
    expect(tables).to.have.length(32);
    expect(tables.at(-1)).to.deep.equal(['41', 10]);
    expect(since).to.equal(90);
  });

  it('takes as many flows as VPP knows from the newest tables', () => {
    const table = (weight: number) => ({ length: 16, servers: [{ address: ip('10.0.0.1'), weight }] });
    const seen = [1, 2, 3].map((weight) => ({ table: table(weight), begun: 100 }));
    expect(
      newestTables(seen, 150).map(({ table: { servers }, begun }) => [servers[0]?.weight, begun]),
    ).to.deep.equal([
      [2, 50],
      [3, 100],
    ]);
    expect(newestTables(seen, 0)).to.deep.equal([]);
    expect(newestTables(seen, 1000)).to.have.length(3);
  });
});
