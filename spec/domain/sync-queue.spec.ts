import { expect } from 'chai';
import fc from 'fast-check';
import { SyncQueue } from '../../domain/sync-queue.js';

describe('domain/sync-queue', () => {
  it('does one sync at a time, each frontend once, and of its causes the weightiest', () => {
    const queue = new SyncQueue<string>();
    queue.due(null, 'tick');
    expect(queue.begin()).to.include({ frontend: null, cause: 'tick' });
    queue.due('web', 'unsure');
    queue.due('web', 'retry');
    expect(queue.begin()).to.equal(null);
    queue.end();
    expect(queue.begin()).to.include({ frontend: 'web', cause: 'unsure' });
    queue.end();
    expect(queue.begin()).to.equal(null);
  });

  it('tells everybody what comes of a sync that began after he asked', () => {
    const step = fc.oneof(fc.constantFrom('begin', 'end'), fc.constantFrom<null | string>(null, 'a', 'b'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new SyncQueue<{ readonly asked: number; readonly frontend: string | null }>();
        let now = 0;
        let begun: { readonly at: number; readonly frontend: string | null } | null = null;
        let waiting = 0;
        const begin = () => {
          const job = queue.begin();
          if (begun !== null) expect(job).to.equal(null);
          else if (job !== null) begun = { at: ++now, frontend: job.frontend };
        };
        const end = () => {
          for (const { asked, frontend } of queue.end()) {
            expect(begun?.frontend).to.equal(frontend);
            expect(asked).below(begun?.at ?? 0);
            waiting--;
          }
          begun = null;
        };
        for (const one of steps) {
          if (one === 'begin') begin();
          else if (one === 'end') end();
          else {
            expect(queue.asked(one, { asked: ++now, frontend: one })).to.equal(true);
            waiting++;
          }
        }
        for (begin(); begun !== null; begin()) end();
        expect(waiting).to.equal(0);
      }),
    );
  });

  it('has room for a thousand who ask', () => {
    const queue = new SyncQueue<number>();
    for (let i = 0; i < 1000; i++) expect(queue.asked(null, i)).to.equal(true);
    expect(queue.asked(null, 1000)).to.equal(false);
    expect(queue.begin()?.askers).to.have.length(1000);
  });

  it('takes a full sync that waits for one of a VIP, and one that has not come to it yet', () => {
    const queue = new SyncQueue<never>();
    queue.due(null, 'tick');
    queue.unsure('web', true);
    queue.begin();
    queue.unsure('web', false);
    queue.end();
    expect(queue.begin()).to.equal(null);
    queue.due(null, 'tick');
    queue.begin();
    queue.unsure('web', true);
    queue.end();
    expect(queue.begin()).to.include({ frontend: 'web', cause: 'unsure' });
  });

  it('makes one full sync of many single ones', () => {
    const queue = new SyncQueue<never>();
    for (const name of ['a', 'b', 'c', 'd', 'e']) queue.unsure(name, true);
    const made: (string | null)[] = [];
    for (let job = queue.begin(); job !== null; job = queue.begin()) {
      made.push(job.frontend);
      queue.end();
    }
    expect(made).to.deep.equal(['a', 'b', 'c', null]);
  });
});
