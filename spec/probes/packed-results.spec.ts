import { expect } from 'chai';
import fc from 'fast-check';
import type { ProbeResult } from '../../domain/probe-result.js';
import type { NumberedResult } from '../../probes/engine/messages.js';
import { packResults, unpackResults } from '../../probes/engine/packed-results.js';

const durationMs = fc.double({ min: 0, max: 1e6, noNaN: true });
const detail = fc.constantFrom('', 'HTTP 200', 'HTTP 503', '200', 'connected');
const result: fc.Arbitrary<ProbeResult> = fc.oneof(
  fc.record({ verdict: fc.constant('pass'), code: fc.constantFrom('L4OK', 'L7OK'), detail, durationMs }),
  fc.record({ verdict: fc.constant('fail'), code: fc.constantFrom('L7STS', 'L7RSP'), detail, durationMs }),
  fc.record({ verdict: fc.constant('doubt'), code: fc.constantFrom('LATE', 'ENGINE'), detail, durationMs }),
);

function byId(results: readonly NumberedResult[]): NumberedResult[] {
  return [...results].sort((a, b) => a.id - b.id);
}

describe('results on their way between threads', () => {
  it('arrive as they were, each once, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(result), (list) => {
        const results = list.map((one, i) => ({ id: 1000 + i, result: one }));
        const arrived: NumberedResult[] = [];
        unpackResults(structuredClone(packResults(results)), (id, one) => arrived.push({ id, result: one }));
        expect(byId(arrived)).to.deep.equal(results);
      }),
    );
  });

  it('say only once what many have in common', () => {
    const pass = { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200' } as const;
    const results = Array.from({ length: 100 }, (_, id) => ({ id, result: { ...pass, durationMs: id / 8 } }));
    expect(packResults(results)).to.have.length(1);
  });
});
