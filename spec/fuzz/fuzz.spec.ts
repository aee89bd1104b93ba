import { expect } from 'chai';
import { fuzzClient } from './fuzz-client.js';
import { fuzzDecoders } from './fuzz-decoders.js';
import { fuzzDoors } from './fuzz-doors.js';
import { fuzzInside } from './fuzz-inside.js';
import { fuzzSocket } from './fuzz-socket.js';

/** `npm run fuzz` throws a million. */
describe('mutated frames end as messages or as errors with a name', () => {
  it('in the decoders', () => {
    const tally = fuzzDecoders(20_000, 7);
    expect(tally.of('decoded')).to.be.above(2_000);
    expect(tally.of('MGL_VPP_PROTOCOL')).to.be.above(1_000);
  });

  it('in the client', async () => {
    const tally = await fuzzClient(6_000, 7);
    expect(tally.of('answered')).to.be.above(100);
    expect(tally.of('MGL_VPP_PROTOCOL')).to.be.above(10);
  });

  it('in the simulator', () => {
    const tally = fuzzInside(8_000, 7);
    expect(tally.of('served')).to.be.above(2_000);
  });

  it('at the doors of gRPC and HTTP', async () => {
    const tally = await fuzzDoors(150, 7);
    expect(tally.of('is answered and hung up on')).to.be.above(20);
  });

  it('in the simulator, over its socket', async () => {
    const tally = await fuzzSocket(1_500, 7);
    expect(tally.of('connections survived')).to.be.above(3);
  });
});
