import { expect } from 'chai';
import { EventMemory } from '../../domain/event-memory.js';
import { logTold, stateTold } from '../support/told-events.js';

const everything = {
  level: 'debug',
  topics: new Set<never>(),
  names: null,
  events: new Set<never>(),
} as const;
const nothing = { ...everything, level: null };

describe('domain/event-memory', () => {
  const memoryOf = (count: number) => {
    const memory = new EventMemory('life');
    for (let seq = 1; seq <= count; seq++) memory.keep(logTold(seq));
    return memory;
  };

  it('goes on behind what somebody has had, and only in the same life', () => {
    const memory = memoryOf(5);
    const missed = memory.recall(everything, { epoch: 'life', seq: 3 });
    expect(missed).to.deep.equal({ from: 3, resumed: true, missed: [logTold(4), logTold(5)], states: [] });
    expect(memory.recall(nothing, { epoch: 'life', seq: 3 }).missed).to.deep.equal([]);
    expect(memory.recall(everything, { epoch: 'life', seq: 5 })).to.include({ from: 5, resumed: true });
    const lost = { from: 5, resumed: false };
    expect(memory.recall(everything, { epoch: 'another', seq: 3 })).to.include(lost);
    expect(memory.recall(everything, { epoch: 'life', seq: 6 })).to.include(lost);
    expect(memory.recall(everything, null)).to.deep.equal({ from: 5, resumed: true, missed: [], states: [] });
  });

  it('says that it cannot go on when it has forgotten what came then', () => {
    const memory = memoryOf(10_005);
    expect(memory.recall(everything, { epoch: 'life', seq: 4 })).to.include({ resumed: false });
    expect(memory.recall(everything, { epoch: 'life', seq: 5 }).missed).to.have.length(10_000);
  });

  it('knows the present state of whatever is there', () => {
    const memory = new EventMemory('life');
    const [up, down, other] = [stateTold(1, 'a'), stateTold(2, 'a', 'down'), stateTold(3, 'b')];
    for (const told of [up, other, down]) memory.keep(told);
    expect(new Set(memory.recall(everything, null).states)).to.deep.equal(new Set([down, other]));
    memory.keep(stateTold(4, 'a', 'removed'));
    expect(memory.recall(everything, null).states).to.deep.equal([other]);
  });
});
