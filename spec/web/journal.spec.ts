import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { Change } from '../../web/contract.js';
import { EventReader, MOST_WAITING } from '../../web/event-reader.js';
import { type Encoded, Journal } from '../../web/journal.js';

const gap = (n: number): Change => ({ maglevd: 'lb1', kind: 'gap', at: n, why: 'spec' });
const member = (name: string, weight: number): Change => ({
  maglevd: 'lb1',
  kind: 'member',
  frontend: 'shop',
  pool: 'main',
  row: {
    ...{ backend: name, weight, configuredWeight: null, effectiveWeight: weight, vppWeight: null },
    ...{ buckets: null, shareAsked: null, shareGiven: null, reason: '' },
  },
});
const read = ({ bytes }: Encoded): Change[] =>
  JSON.parse(/^data: (.*)$/m.exec(bytes.toString())?.[1] ?? '[]');

describe('web/journal', () => {
  const clock = () => new VirtualClock();

  it('sends the first change at once, and those of the next 100 ms together; of a row only what it is in the end', async () => {
    const time = clock();
    const journal = new Journal({ clock: time, epoch: 'e' });
    const heard: Change[][] = [];
    journal.follow((message) => heard.push(read(message)));
    journal.add(member('web1', 1));
    await time.advance(0);
    expect(heard).to.have.length(1);
    for (let i = 0; i < 50; i++) {
      journal.add(member('web1', i));
      journal.add(gap(i));
      await time.advance(1);
    }
    await time.advance(49);
    expect(heard).to.have.length(1);
    await time.advance(1);
    expect(heard).to.have.length(2);
    expect(heard[1]).to.deep.equal([member('web1', 49), ...Array.from({ length: 50 }, (_, i) => gap(i))]);
  });

  it('gives whoever comes again exactly what he missed, or says that it cannot', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 }),
        fc.nat(70),
        async (pauses, from) => {
          const time = clock();
          const journal = new Journal({ clock: time, epoch: 'e', keptMessages: 20 });
          const all: number[] = [];
          for (const [i, pause] of pauses.entries()) {
            journal.add(gap(i));
            all.push(i);
            await time.advance(Math.max(100, pause));
          }
          const missed = journal.behind(from);
          if (from > journal.seq) expect(missed).to.equal(null);
          else if (missed !== null) {
            expect(missed.flatMap(read).map((one) => (one.kind === 'gap' ? one.at : -1))).to.deep.equal(
              all.slice(from),
            );
            expect(missed.length).to.be.at.most(20);
          } else expect(journal.seq - from).to.be.above(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps neither more messages, nor older ones, nor more bytes than it may', async () => {
    const time = clock();
    const journal = new Journal({ clock: time, epoch: 'e', keptBytes: 10_000 });
    const add = async (size: number) => {
      journal.add({ ...gap(0), why: 'x'.repeat(size) } as Change);
      await time.advance(100);
    };
    for (let i = 0; i < 20; i++) await add(1000);
    expect(journal.behind(19)).to.have.length(1);
    expect(journal.behind(13)).to.have.length(7);
    expect(journal.behind(5)).to.equal(null);
    await time.advance(31_000);
    await add(1);
    expect(journal.behind(journal.seq - 1)).to.have.length(1);
    expect(journal.behind(journal.seq - 2)).to.equal(null);
  });
});

describe('web/event-reader', () => {
  const message = (i: number) => Buffer.from(`${i} `);

  it('gives a reader all, in order, however it takes it, or tells that it lost some', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 600 }),
        fc.infiniteStream(fc.boolean()),
        (steps, takes) => {
          let got = '';
          let lost = 0;
          const sink = {
            write: (bytes: Buffer) => {
              got += bytes.toString();
              return takes.next().value as boolean;
            },
            end: () => undefined,
          };
          const reader = new EventReader(sink, () => lost++);
          let sent = 0;
          let wanted = '';
          for (const sends of steps) {
            if (sends) {
              reader.send(message(sent));
              if (lost === 0) wanted += message(sent).toString();
              sent++;
            } else reader.drained();
          }
          for (let i = 0; i < 700; i++) reader.drained();
          expect(lost).to.be.at.most(1);
          if (lost === 0) expect(got).to.equal(wanted);
          else expect(wanted.startsWith(got)).to.equal(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is told once when it is too slow, and gets nothing more', () => {
    const written: string[] = [];
    let lost = 0;
    const reader = new EventReader(
      { write: (bytes) => written.push(bytes.toString()) < 0, end: () => written.push('end') },
      () => lost++,
    );
    for (let i = 0; i < MOST_WAITING + 1; i++) reader.send(message(i));
    expect([written.length, lost]).to.deep.equal([1, 0]);
    for (let i = 0; i < 5; i++) reader.send(message(i));
    expect([written.length, lost]).to.deep.equal([1, 1]);
    reader.drained();
    reader.close(Buffer.from('last'));
    expect(written).to.deep.equal(['0 ', 'last', 'end']);
  });
});
