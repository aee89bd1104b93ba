import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { formatIssue } from '../../config/report.js';
import { hashOfToken } from '../../domain/token-list.js';
import { below, configOf, errorsOf } from './config-lines.js';

const hash = `sha256:${hashOfToken('t'.repeat(32))}`;

describe('config: maglev.access', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-access-'));
  after(() => rmSync(folder, { recursive: true }));
  /** The errors of a file in that folder, beside a file of tokens with this text. */
  const withTokens = (tokens: string, ...lines: readonly string[]) => {
    writeFileSync(path.join(folder, 'tokens'), tokens);
    const file = path.join(folder, 'f');
    const verdict = checkConfigText(below(...lines), file);
    return verdict.ok
      ? ['valid']
      : verdict.issues.map((issue) => formatIssue(issue).replaceAll(`${folder}/`, ''));
  };

  for (const [what, lines, errors] of [
    [
      'a word that is no role',
      ['  access:', '    certificates:', '      CN=ci: root', '    uids: { 1000: Admin }'],
      [
        'f:5:14 maglev.access.certificates."CN=ci": expected one of viewer, operator, admin, found the text \'root\'',
        "f:6:19 maglev.access.uids.1000: expected one of viewer, operator, admin, found the text 'Admin', did you mean 'admin'?",
      ],
    ],
    [
      'more for everybody than reading',
      ['  access:', '    anonymous: operator'],
      ["f:4:16 maglev.access.anonymous: expected one of nobody, viewer, found the text 'operator'"],
    ],
    [
      'who is none',
      ['  access:', '    certificates: { ci: viewer }', '    uids: { root: admin, 4294967295: viewer }'],
      [
        /^f:4:21 .*'ci' must be the subject/,
        /^f:5:13 .*'root' is no user id/,
        /^f:5:26 .*'4294967295' is no user id/,
      ],
    ],
    [
      'a key that is none',
      ['  access:', '    token: x'],
      [/^f:4:5 maglev\.access\.token: unknown key.*'tokens'/],
    ],
    ['a list', ['  access: [admin]'], [/^f:3:3 maglev\.access: expected a map/]],
  ] as const) {
    it(`names the place of ${what}`, () => {
      const [stage, ...found] = errorsOf(below(...lines));
      expect(stage).to.equal('parse');
      expect(found).to.have.length(errors.length);
      for (const [i, error] of errors.entries()) {
        if (typeof error === 'string') expect(found[i]).to.equal(error);
        else expect(found[i]).to.match(error);
      }
    });
  }

  it('names the place of a subject that is there twice, in two spellings', () => {
    expect(
      errorsOf(
        below('  access:', '    certificates:', '      "CN=ci,O=x": viewer', '      "CN = ci, O = x": admin'),
      ),
    ).to.deep.equal([
      'semantic',
      "f:6:25 maglev.access.certificates.\"CN = ci, O = x\": 'CN = ci, O = x' is the same subject as 'CN=ci,O=x'",
    ]);
  });

  for (const [what, tokens, error] of [
    ['is not there', null, /^f:4:13 maglev\.access\.tokens: 'none' cannot be read: no such file/],
    [
      'has a token as it is',
      'ci viewer secret-secret-secret-secret',
      /^f:4:13 .*: 'tokens' is wrong in line 1: its last word is not/,
    ],
    [
      'has a role that is none',
      `# ours\nci root ${hash}`,
      /^f:4:13 .*: 'tokens' is wrong in line 2: 'root' is no role/,
    ],
    [
      'has a name twice',
      `ci viewer ${hash}\nci viewer ${hash}`,
      /^f:4:13 .*: 'tokens' is wrong in line 2: the name 'ci' is there twice/,
    ],
  ] as const) {
    it(`names the place of a file of tokens that ${what}, without a word of it`, () => {
      const found = withTokens(
        tokens ?? '',
        '  access:',
        `    tokens: ${tokens === null ? 'none' : 'tokens'}`,
      );
      expect(found).to.have.length(1);
      expect(found[0]).to.match(error);
      expect(found[0]).not.to.match(/secret|[0-9a-f]{64}/);
    });
  }

  it('takes everything that is right', () => {
    const found = withTokens(
      `ci operator ${hash}`,
      '  access: { anonymous: viewer, tokens: tokens, certificates: { "CN=ada": admin }, uids: { 0: admin } }',
    );
    expect(found).to.deep.equal(['valid']);
    expect(configOf(below('  access: {}')).access).to.deep.equal({
      anonymous: null,
      tokensFile: null,
      tokens: new Map(),
      certificates: new Map(),
      uids: new Map(),
    });
  });
});
