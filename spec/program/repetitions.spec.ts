import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { boundRepetitions } from '../../program/repetitions.js';
import { recordingLog } from '../support/recording-log.js';

describe('program/repetitions', () => {
  const stage = () => {
    const clock = new VirtualClock();
    const printed = recordingLog();
    const log = boundRepetitions(printed, clock, { atMost: 3, withinMs: 1000, kinds: 2 });
    const counts = () => printed.records.map(({ event, fields }) => [event, fields['repeated']]);
    return { clock, printed, log, counts };
  };

  it('prints the first ones of what says the same, then their number with the last', async () => {
    const { clock, printed, log, counts } = stage();
    for (let i = 0; i < 8; i++) log.log('warn', 'slow', { backend: 'web1', forMs: i, ms: i });
    expect(counts()).to.deep.equal(Array(3).fill(['slow', undefined]));
    await clock.advance(1000);
    expect(counts().slice(3)).to.deep.equal([['slow', 5]]);
    expect(printed.records.at(-1)?.fields).to.deep.equal({ backend: 'web1', forMs: 7, ms: 7, repeated: 5 });
    log.log('warn', 'slow', { backend: 'web1' });
    expect(counts()).to.have.length(5);
  });

  it('tells at the end what it has not told yet', () => {
    const { log, counts } = stage();
    for (let i = 0; i < 4; i++) log.log('info', 'x');
    log.flush();
    expect(counts().at(-1)).to.deep.equal(['x', 1]);
  });

  it('holds back nothing that says something else, nothing at debug, and nothing beyond the kinds that it knows', () => {
    const { log, printed } = stage();
    for (let i = 0; i < 10; i++) log.log('info', 'x', { n: i });
    for (let i = 0; i < 10; i++) log.log('debug', 'y');
    for (let i = 0; i < 10; i++) log.log('info', 'z');
    expect(printed.records).to.have.length(30);
  });

  it('tells records apart whatever is in their texts', () => {
    const { log, counts } = stage();
    for (let i = 0; i < 8; i++) {
      log.log('info', 'x', { a: '1 b 1 1' });
      log.log('info', 'x', { a: '1', b: i % 2 === 0 ? { c: 1 } : { c: 2 } });
    }
    expect(counts()).to.have.length(3 + 3 + 4);
  });

  it('loses nothing: what is printed and what is counted are all that was told', () => {
    const told = fc.array(
      fc.record({ event: fc.constantFrom('a', 'b', 'c'), pause: fc.constantFrom(0, 0, 0, 700) }),
    );
    return fc.assert(
      fc.asyncProperty(told, async (records) => {
        const { clock, log, counts } = stage();
        for (const { event, pause } of records) {
          log.log('info', event);
          await clock.advance(pause);
        }
        log.flush();
        const sum = counts().reduce((total, [, repeated]) => total + Number(repeated ?? 1), 0);
        expect(sum).to.equal(records.length);
      }),
    );
  });
});
