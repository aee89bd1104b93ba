import { expect } from 'chai';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import {
  type Access,
  type CallFacts,
  judgeCall,
  type Peer,
  type Role,
  roles,
  subjectKey,
  subjectRule,
} from '../../domain/access.js';
import { hashOfToken, parseTokens, tokenRule } from '../../domain/token-list.js';

const anyRole = fc.constantFrom(...roles);
const anyUid = fc.nat({ max: 5 });
const anySubject = fc.constantFrom('CN=a', 'CN=b', 'CN=c');
const anyHash = fc.constantFrom('t1', 't2', 't3');
const anyAccess: fc.Arbitrary<Access> = fc.record({
  anonymous: fc.constantFrom(null, 'viewer' as const),
  tokensFile: fc.constant('tokens'),
  tokens: fc
    .dictionary(anyHash, anyRole)
    .map((map) => new Map(Object.entries(map).map(([hash, role]) => [hash, { name: `name-${hash}`, role }]))),
  certificates: fc.dictionary(anySubject, anyRole).map((map) => new Map(Object.entries(map))),
  uids: fc.array(fc.tuple(anyUid, anyRole)).map((list) => new Map(list)),
});
const anyPeer: fc.Arbitrary<Peer> = fc.oneof(
  fc.record({
    door: fc.constant('unix' as const),
    address: fc.constant('unix'),
    uid: fc.option(anyUid),
    certificate: fc.constant(null),
    certificateFault: fc.constant(null),
  }),
  fc.record({
    door: fc.constantFrom('loopback' as const, 'network' as const),
    address: fc.constant('127.0.0.1:4711'),
    uid: fc.constant(null),
    certificate: fc.constant(null),
    certificateFault: fc.constant(null),
  }),
  fc.record({
    door: fc.constant('tls' as const),
    address: fc.constant('192.0.2.1:4711'),
    uid: fc.constant(null),
    certificate: fc.option(anySubject),
    certificateFault: fc.constant(null),
  }),
);
const anyCall: fc.Arbitrary<CallFacts> = fc.record({
  peer: anyPeer,
  tokenHash: fc.option(anyHash),
  needs: anyRole,
});
const anyRules = fc.record({ access: fc.option(anyAccess), ownUid: fc.option(fc.constant(5)) });

describe('domain/access', () => {
  it('never allows more to a call that needs more', () => {
    fc.assert(
      fc.property(anyRules, anyCall, anyRole, (rules, call, other) => {
        const [low, high] = [call.needs, other].sort((a, b) => roles.indexOf(a) - roles.indexOf(b));
        const may = (needs: Role) => judgeCall(rules, { ...call, needs }).allowed;
        if (low !== undefined && high !== undefined && may(high)) expect(may(low)).to.equal(true);
      }),
    );
  });

  it('lets root and the user of maglevd do everything, whatever the config and the token say', () => {
    fc.assert(
      fc.property(anyRules, anyCall, (rules, call) => {
        const { uid } = call.peer;
        if (uid === null || (uid !== 0 && uid !== rules.ownUid)) return;
        expect(judgeCall(rules, call)).to.include({ allowed: true, role: 'admin' });
      }),
    );
  });

  it('never lets anybody change anything whom the config does not name', () => {
    fc.assert(
      fc.property(anyAccess, anyCall, (access, call) => {
        const { uid, certificate } = call.peer;
        const named =
          (call.tokenHash !== null && access.tokens.has(call.tokenHash)) ||
          (uid !== null && (access.uids.has(uid) || uid === 0)) ||
          (certificate !== null && access.certificates.has(certificate));
        if (named || call.needs === 'viewer') return;
        expect(judgeCall({ access, ownUid: null }, call)).to.include({ allowed: false, kind: 'unknown' });
      }),
    );
  });

  it('gives a token that is not known no rights at all', () => {
    fc.assert(
      fc.property(anyAccess, anyCall, (access, call) => {
        const { tokenHash, peer } = call;
        if (tokenHash === null || access.tokens.has(tokenHash) || peer.uid === 0) return;
        expect(judgeCall({ access, ownUid: null }, call).allowed).to.equal(false);
      }),
    );
  });

  it('tells every refused stranger which flag to give', () => {
    fc.assert(
      fc.property(anyRules, anyCall, (rules, call) => {
        const judgement = judgeCall(rules, call);
        if (judgement.allowed) return;
        const flags = /--token-file|--tls-cert|--hash-token|maglev\.access/;
        expect(judgement.advice).to.match(flags);
        expect(judgement.why).not.to.equal('');
      }),
    );
  });

  it('knows one subject in all spellings', () => {
    for (const text of [
      'CN=ci,O=Example',
      'CN = ci, O = Example',
      'CN=ci\nO=Example',
      ' CN=ci , O=Example ',
    ]) {
      expect(subjectKey(text)).to.equal('CN=ci,O=Example');
    }
    expect(subjectKey('O=Example\\, Ltd,CN=ci')).to.equal('O=Example\\, Ltd,CN=ci');
    expect(subjectRule('CN=ci')).to.equal(null);
    for (const wrong of ['ci', '', 'CN=', 'CN=a,b']) expect(subjectRule(wrong), wrong).to.be.a('string');
  });
});

describe('domain/token-list', () => {
  const hash = `sha256:${hashOfToken('x'.repeat(20))}`;

  it('reads names, roles and hashes, and leaves comments out', () => {
    const read = parseTokens(`# who\n\nci operator ${hash} # the build\n`);
    const tokens = isRight(read) ? [...read.right] : [];
    expect(tokens).to.deep.equal([[hashOfToken('x'.repeat(20)), { name: 'ci', role: 'operator' }]]);
  });

  for (const [text, message] of [
    ['ci operator', /line 1: it must have a name, a role/],
    [`ci root ${hash}`, /line 1: 'root' is no role: one of viewer, operator, admin/],
    ['\nci viewer geheim-geheim-geheim', /line 2: its last word is not what/],
    [`ci viewer ${hash}\nci admin ${hash}`, /line 2: the name 'ci' is there twice/],
    [`ci viewer ${hash}\ncd admin ${hash}`, /line 2: the same token is there twice/],
    [`c/i viewer ${hash}`, /line 1: 'c\/i' is no name/],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      const read = parseTokens(text);
      expect(isLeft(read) ? read.left : '')
        .to.match(message)
        .and.not.to.contain('geheim');
    });
  }

  it('takes only tokens that cannot be guessed and fit a header', () => {
    expect(tokenRule('x'.repeat(20))).to.equal(null);
    expect(tokenRule('x'.repeat(19))).to.match(/19 characters: at least 20/);
    expect(tokenRule('two words that are long')).to.match(/one word/);
  });
});
