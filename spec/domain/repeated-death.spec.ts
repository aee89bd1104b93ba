import { expect } from 'chai';
import fc from 'fast-check';
import { afterDeath, DeathPause, type Deaths, noDeaths, pauseAfter } from '../../domain/repeated-death.js';

describe('domain: a VPP that dies again and again', () => {
  const under = (...kinds: string[]) => ({ kinds: new Map(kinds.map((kind) => [kind, 1])), oldest: '' });

  it('is left alone from the second death under the same kind of change on', () => {
    let deaths: Deaths = noDeaths;
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      deaths = afterDeath(deaths, under('lb_add_del_vip_v2'));
      pauses.push(pauseAfter(deaths) / 1000);
    }
    expect(pauses).to.deep.equal([0, 10, 20, 40, 80, 160, 300, 300]);
    expect(pauseAfter(afterDeath(afterDeath(noDeaths, under('a')), under('b')))).to.equal(0);
  });

  it('is never left alone for longer than 5 minutes, nor for less after one more death', () => {
    const kinds = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 40 }), (history) => {
        let deaths: Deaths = noDeaths;
        let last = 0;
        for (const one of history) {
          deaths = afterDeath(deaths, under(...one));
          const pause = pauseAfter(deaths);
          expect(pause).to.be.within(last, 300_000);
          last = pause;
        }
        if (history.length > 3) expect(last, 'the same kind twice by then').to.be.above(0);
      }),
    );
  });

  it('has a pause that ends by itself, by whoever lifts it, and never by a word too many', () => {
    const pause = new DeathPause();
    expect(pause.died(under('a'), 1000)).to.deep.equal({ deaths: 1, pauseMs: 0 });
    expect(pause.left(1000)).to.equal(0);
    expect(pause.died(under('a'), 2000)).to.deep.equal({ deaths: 2, pauseMs: 10_000 });
    expect([pause.left(2000), pause.left(11_500), pause.left(12_000)]).to.deep.equal([10_000, 500, 0]);
    expect(pause.error(11_500))
      .to.include({ code: 'MGL_VPP_PAUSED' })
      .and.property('message')
      .match(/another 1 s$/);
    expect(pause.died(under('b'), 20_000), 'another kind').to.deep.equal({ deaths: 2, pauseMs: 10_000 });
    pause.lift();
    expect(pause.left(20_000)).to.equal(0);
    pause.lived();
    expect(pause.died(under('a'), 21_000)).to.deep.equal({ deaths: 1, pauseMs: 0 });
  });
});
