import { expect } from 'chai';
import fc from 'fast-check';
import { connect } from '../../client/index.js';
import { type Access, speakingFor, userNameOf } from '../../domain/access.js';
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
    for (const user of ['', '"', 'CN=\u6f22']) {
      expect((await asking('operator', user)).logged, user).to.equal('token:the-operator');
    }
    const operator = { who: 'token:op', role: 'operator', known: true } as const;
    for (const user of ['', 'x'.repeat(65), 'a"b', 'J\u00f6rg', 'a\nb']) {
      expect(speakingFor(operator, user), user).to.equal('token:op');
    }
  });

  it('has a user whose name no header takes under what is left of it', async () => {
    for (const [user, told] of [
      ['CN=J\u00f6rg', 'CN=Jorg'],
      [`C=DE,O=${'x'.repeat(80)},CN=anna`, 'CN=anna'],
      ['O=x,CN=Miller\\, Anna/1', 'CN=Miller, Anna_1'],
      ['x'.repeat(65), 'x'.repeat(64)],
    ] as const) {
      expect((await asking('operator', user)).logged, user).to.equal(`token:the-operator for ${told}`);
    }
  });

  it('has what is left of any name believed', () => {
    const operator = { who: 'token:op', role: 'operator', known: true } as const;
    const pieces = [
      'CN=',
      'O=',
      ',',
      '\\',
      '"',
      '\n',
      ' ',
      'a',
      '-',
      '\u00f6',
      '\u6f22',
      '\u0301',
      '\ud800',
      'xy'.repeat(20),
    ];
    const names = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(names, (user) => {
        const told = userNameOf(user);
        return told === null || speakingFor(operator, told) === `token:op for ${told}`;
      }),
    );
  });
});
