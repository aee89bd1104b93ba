import { expect } from 'chai';
import type { VipState } from '../../domain/lb.js';
import { TableWatch } from '../../domain/table-watch.js';
import { ip, vipKey } from '../support/domain-samples.js';

function vip(...buckets: readonly number[]): VipState {
  const ases = buckets.map((count, i) => ({ address: ip(`10.0.0.${i + 1}`), weight: 100, buckets: count }));
  const tableLength = { value: 1024, exact: true };
  return { key: vipKey('192.0.2.1/32'), encap: 'gre4', tableLength, srcIpSticky: false, ases };
}

describe('domain/table-watch: tables that are other than foretold', () => {
  it('are told once, and again when the difference is another one', async () => {
    const watch = new TableWatch();
    const levels = async (...buckets: readonly number[]) =>
      (await watch.look([vip(...buckets)])).map(({ level }) => level);
    expect(await levels(512, 512)).to.deep.equal([]);
    const [first] = await watch.look([vip(500, 524)]);
    expect(first?.level).to.equal('warn');
    expect(await levels(500, 524)).to.deep.equal(['debug']);
    expect(first?.fields).to.deep.equal({
      prefix: '192.0.2.1/32',
      protocol: 'tcp',
      port: 80,
      servers: 2,
      what: '10.0.0.1 has 500, not 512; 10.0.0.2 has 524, not 512',
    });
    expect(await levels(501, 523)).to.deep.equal(['warn']);
    expect(await levels(512, 512)).to.deep.equal([]);
    expect(await levels(501, 523)).to.deep.equal(['warn']);
    const wrong = [vip(501, 523)];
    for (let i = 0; i < 2; i++)
      expect((await watch.look(wrong))[0]?.level, 'the very same').to.equal('debug');
  });

  it('are looked for in turns when there is much that is new', async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({
      ...vip(512, 512),
      key: vipKey(`198.18.${i >> 8}.${i & 255}/32`),
    }));
    let turns = 0;
    const counting = () => {
      turns++;
      next = setImmediate(counting);
    };
    let next = setImmediate(counting);
    const watch = new TableWatch();
    expect(await watch.look(many)).to.deep.equal([]);
    const first = turns;
    expect(await watch.look(many)).to.deep.equal([]);
    clearImmediate(next);
    expect(first, 'of 2,500 pieces').to.equal(2);
    expect(turns, 'all was known').to.equal(first);
  });
});
