import { expect } from 'chai';
import fc from 'fast-check';
import { ip46, normalisePrefix } from '../../sim/lb/ip46.js';
import { Pool } from '../../sim/lb/pool.js';
import { address, LbBench, vipAt } from '../support/lb-bench.js';

const A = vipAt('192.0.2.1');

describe('sim/lb: pools', () => {
  it('hand out the slot that was freed last first, with what was in it', () => {
    const pool = new Pool<{ text: string }>();
    for (const text of ['a', 'b', 'c', 'd']) pool.take(() => ({ text: '' })).value.text = text;
    pool.put(1);
    pool.put(3);
    expect([...pool.entries()].map(([index]) => index)).to.deep.equal([0, 2]);
    expect(pool.take(() => ({ text: 'blank' }))).to.deep.equal({ index: 3, value: { text: 'd' } });
    expect(pool.take(() => ({ text: 'blank' }))).to.deep.equal({ index: 1, value: { text: 'b' } });
    expect(pool.take(() => ({ text: 'blank' }))).to.deep.equal({ index: 4, value: { text: 'blank' } });
    expect(() => pool.put(9)).to.throw(RangeError);
  });

  it('give the first VIP and the first server index 1, behind the placeholders', () => {
    const bench = new LbBench();
    expect(bench.addVip(A)).to.equal(1);
    bench.add(A, '10.0.0.1');
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.1 used 0']);
  });
});

describe('sim/lb: prefixes', () => {
  it('keep no bit behind their length', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 128 }), (raw, length) => {
        const bits = (value: Uint8Array) =>
          [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('');
        const found = bits(normalisePrefix(ip46(raw), length).bytes);
        expect(found).to.equal(bits(raw).slice(0, length).padEnd(128, '0'));
      }),
    );
  });

  it('longer than 128 bits keep what the shift of the processor leaves', () => {
    const ones = ip46(new Uint8Array(16).fill(0xff));
    expect(normalisePrefix(ones, 129).text).to.equal('ffff:ffff:ffff:ffff:8000::');
    expect(normalisePrefix(ones, 192).text).to.equal('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
  });

  it('know IPv4 by twelve leading zero bytes alone', () => {
    expect(address('10.1.2.3').isIp4).to.equal(true);
    expect(address('::10.1.2.3').text).to.equal('10.1.2.3');
    expect(address('::1').text).to.equal('0.0.0.1');
    expect(address('::1:0:0').isIp4).to.equal(false);
  });
});
