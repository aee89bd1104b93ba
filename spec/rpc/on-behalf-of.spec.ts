import { expect } from 'chai';
import { connect } from '../../client/index.js';
import type { Access } from '../../domain/access.js';
import { hashOfToken } from '../../domain/token-list.js';
import { startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

const tokens = { viewer: 'v'.repeat(32), operator: 'o'.repeat(32) } as const;
const access: Access = {
  anonymous: null,
  tokensFile: null,
  tokens: new Map(
    (['viewer', 'operator'] as const).map((role) => [
      hashOfToken(tokens[role]),
      { name: `the-${role}`, role },
    ]),
  ),
  certificates: new Map(),
  uids: new Map(),
};

describe('rpc: on behalf of somebody', () => {
  const asking = async (role: keyof typeof tokens, onBehalfOf?: string) => {
    const fixture = await startFixture(siteCallees(), { address: '127.0.0.1:0', access });
    const maglev = connect({ server: fixture.server.address, token: tokens[role] });
    try {
      const options = { onBehalfOf };
      const { who, role: found, nowNs } = await maglev.getCaller({}, options);
      const paused = await maglev.pauseBackend({ name: 'web1' }, options).then(
        () => true,
        () => false,
      );
      const told = fixture.log.records.find(({ event }) => event === 'api-change');
      return { who, role: found, nowNs, paused, logged: told?.fields['who'] };
    } finally {
      maglev.close();
      await fixture.stop();
    }
  };

  it('tells a caller who he is, what he may do, and what time it is', async () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const { nowNs, ...rest } = await asking('operator');
    expect(rest).to.deep.equal({
      who: 'token:the-operator',
      role: 'operator',
      paused: true,
      logged: 'token:the-operator',
    });
    expect(nowNs >= before && nowNs <= BigInt(Date.now() + 1) * 1_000_000n).to.equal(true);
  });

  it('has the user of a program that may do it itself beside the program', async () => {
    const { who, logged } = await asking('operator', 'anna@example.org');
    expect([who, logged]).to.deep.equal(Array(2).fill('token:the-operator for anna@example.org'));
  });

  it('believes nobody who may only read, and nothing that is no name', async () => {
    const reader = await asking('viewer', 'anna');
    expect([reader.who, reader.role, reader.paused]).to.deep.equal(['token:the-viewer', 'viewer', false]);
    for (const user of ['', 'x'.repeat(65), 'a"b']) {
      expect((await asking('operator', user)).logged, user).to.equal('token:the-operator');
    }
  });
});
