import { expect } from 'chai';
import fc from 'fast-check';
import { backoffDelay } from '../../domain/backoff.js';

const fraction = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('domain/backoff', () => {
  it('doubles from min to max, and stays within the jitter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fraction,
        fc.integer({ min: 1, max: 5000 }),
        fraction,
        (minMs, more, jitter, n, random) => {
          const backoff = { minMs, maxMs: minMs + more, jitter };
          const base = Math.min(backoff.maxMs, minMs * 2 ** (n - 1));
          const delay = backoffDelay(backoff, n, random);
          expect(delay).within(Math.max(1, base * (1 - jitter)) - 1e-6, base * (1 + jitter) + 1e-6);
        },
      ),
    );
  });

  it('is what the settings say when there is no jitter', () => {
    const backoff = { minMs: 50, maxMs: 1000, jitter: 0 };
    const delays = [1, 2, 3, 4, 5, 6, 100, 1e9].map((n) => backoffDelay(backoff, n, 0.7));
    expect(delays).deep.equal([50, 100, 200, 400, 800, 1000, 1000, 1000]);
  });

  it('is never below a millisecond', () => {
    expect(backoffDelay({ minMs: 0, maxMs: 0, jitter: 1 }, 1, 0)).equal(1);
    expect(backoffDelay({ minMs: 0, maxMs: 1000, jitter: 0 }, 5000, 0.5)).equal(1);
    expect(backoffDelay({ minMs: 100, maxMs: 100, jitter: 1 }, 1, 0)).equal(1);
  });
});
