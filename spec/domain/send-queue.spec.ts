import { expect } from 'chai';
import fc from 'fast-check';
import { SendQueue } from '../../domain/send-queue.js';

interface Request {
  readonly id: number;
  readonly cost: number | null;
  readonly urgent: boolean;
}

/** Every request that can be sent, until none can. */
function send(queue: SendQueue<Request>): Request[] {
  const sent: Request[] = [];
  for (let one = queue.next(false); one !== null; one = queue.next(false)) sent.push(one);
  return sent;
}

const write = (id: number, cost: number, urgent = false): Request => ({ id, cost, urgent });
const ids = (requests: readonly Request[]) => requests.map(({ id }) => id);

describe('domain/send-queue', () => {
  const queueOf = (...requests: readonly Request[]) => {
    const queue = new SendQueue<Request>();
    for (const one of requests) queue.push(one, one.urgent);
    return queue;
  };

  it('sends all, in the order of those that are urgent and of those that are not, and no more than VPP does in 100 ms', () => {
    const request = fc.record({
      cost: fc.option(fc.integer({ min: 1, max: 150 })),
      urgent: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const all = requests.map(({ cost, urgent }, id) => ({ id, cost, urgent: urgent && cost !== null }));
        const queue = queueOf(...all);
        const sent: Request[] = [];
        const underWay: Request[] = [];
        while (sent.length < all.length) {
          const now = send(queue);
          sent.push(...now);
          underWay.push(...now.filter(({ cost }) => cost !== null));
          const ms = underWay.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
          expect(ms <= 100 || underWay.length === 1).to.equal(true);
          const answered = underWay.shift();
          if (answered !== undefined) queue.answered(answered);
          else expect(now, 'it goes on').not.to.deep.equal([]);
        }
        for (const urgent of [true, false]) {
          const mine = sent.filter((one) => one.urgent === urgent);
          expect(ids(mine)).to.deep.equal(ids(all.filter((one) => one.urgent === urgent)));
        }
      }),
    );
  });

  it('lets what is urgent overtake, and what waits have its turn after a second of it', () => {
    const urgent = Array.from({ length: 30 }, (_, i) => write(i + 1, 50, true));
    const queue = queueOf(write(0, 10), ...urgent);
    const sent: number[] = [];
    while (sent.length < 31) {
      const now = send(queue);
      sent.push(...ids(now));
      for (const one of now) queue.answered(one);
    }
    expect(sent.indexOf(0)).to.equal(20);
  });

  it('keeps a read back while something is about to be sent that it must show', () => {
    const queue = queueOf({ id: 0, cost: null, urgent: false }, write(1, 10));
    expect(queue.next(true)).to.equal(null);
    expect(ids(send(queue))).to.deep.equal([0, 1]);
  });
});
