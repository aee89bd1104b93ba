import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { loadConfigFile } from '../../config/load.js';
import { formatIssue } from '../../config/report.js';
import type { ConfigVerdict, TrustStore } from '../../domain/config.js';
import { Authority } from '../support/certificates.js';
import { below } from './config-lines.js';

describe('files of authorities in a config', () => {
  const one = new Authority('one');
  const two = new Authority('two');
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-ca-'));
    file = path.join(folder, 'maglev.yaml');
    put('one.pem', one.cert);
    put('two.pem', two.cert);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

  function trusted(...lines: string[]): Record<string, TrustStore | null> {
    return trustedBy(checkConfigText(below(...lines), file));
  }

  function trustedBy(verdict: ConfigVerdict): Record<string, TrustStore | null> {
    if (!verdict.ok) throw new Error(verdict.issues.map(formatIssue).join('\n'));
    return Object.fromEntries(
      [...verdict.config.healthchecks].map(([name, { probe }]) => [
        name,
        'tls' in probe ? (probe.tls?.trust ?? null) : null,
      ]),
    );
  }

  function issues(...lines: string[]): string[] {
    const verdict = checkConfigText(below(...lines), file);
    return (verdict.ok ? verdict.warnings : verdict.issues).map((issue) =>
      formatIssue(issue).replaceAll(`${folder}/`, ''),
    );
  }

  const textOf = (store: TrustStore | null | undefined) =>
    store == null ? null : Buffer.from(store.pem).toString('latin1');

  const checks = (caFile: string) => [
    '  healthchecks:',
    `    a: { type: https, params: { ca-file: ${caFile} } }`,
  ];

  it('are those of the check, or else those of all, or else those of Node', () => {
    const own = [
      '  healthchecks:',
      '    a: { type: https, params: { ca-file: two.pem } }',
      '    b: { type: https }',
    ];
    const tcp = '    c: { type: tcp, port: 465, params: { ssl: true } }';
    const all = trusted('  healthchecker: { ca-file: one.pem }', ...own, tcp);
    expect([textOf(all['a']), textOf(all['b']), textOf(all['c'])]).to.deep.equal([
      two.cert,
      one.cert,
      one.cert,
    ]);
    expect(all['a']?.file).to.equal(path.join(folder, 'two.pem'));
    const none = trusted(...own, tcp);
    expect([textOf(none['a']), textOf(none['b']), textOf(none['c'])]).to.deep.equal([two.cert, null, null]);
  });

  it('are the same whatever stands beside the certificates, and others when a certificate is another', () => {
    const before = trusted(...checks('one.pem'))['a'];
    put('one.pem', `# the same\n${one.cert}\n${two.issue({ names: [] }).key}`);
    const same = trusted(...checks('one.pem'))['a'];
    put('one.pem', `${one.cert}${two.cert}`);
    const more = trusted(...checks('one.pem'))['a'];
    expect(same?.fingerprint).to.equal(before?.fingerprint);
    expect(textOf(same)).to.equal(one.cert);
    expect(more?.fingerprint).not.to.equal(before?.fingerprint);
    expect(textOf(more)).to.contain(one.cert).and.to.contain(two.cert);
  });

  it('are refused at their place when they cannot be used', () => {
    const place = 'maglev.yaml:4:42 maglev.healthchecks.a.params.ca-file:';
    const said = (name: string) => issues(...checks(name));
    expect(said('no.pem')).to.deep.equal([
      `${place} 'no.pem' cannot be read: no such file or directory (ENOENT)`,
    ]);
    mkdirSync(path.join(folder, 'folder'));
    expect(said('folder')).to.deep.equal([`${place} 'folder' is a directory, not a file`]);
    put('empty.pem', '');
    expect(said('empty.pem')).to.deep.equal([`${place} 'empty.pem' is empty`]);
    put('text.pem', 'hello\n');
    expect(said('text.pem')).to.deep.equal([
      `${place} 'text.pem' has no certificate in it (PEM begins with -----BEGIN CERTIFICATE-----)`,
    ]);
    put('cut.pem', `${one.cert}${two.cert.slice(0, -40)}`);
    expect(said('cut.pem')).to.deep.equal([`${place} 'cut.pem' is cut off: something in it has no end`]);
    put('broken.pem', `${one.cert}${two.cert.replace(/\n.{64}\n/, '\n')}`);
    expect(said('broken.pem')).to.deep.equal([
      `${place} 'broken.pem' cannot be understood: its certificate no. 2 is none`,
    ]);
    expect(said('/dev/zero')).to.deep.equal([`${place} '/dev/zero' is not a regular file`]);
    unlinkSync(path.join(folder, 'one.pem'));
    expect(issues('  healthchecker: { ca-file: one.pem }', ...checks('two.pem'))).to.deep.equal([
      "maglev.yaml:3:29 maglev.healthchecker.ca-file: 'one.pem' cannot be read: no such file or directory (ENOENT)",
    ]);
    expect(said('""')).to.deep.equal([`${place} must not be empty`]);
  });

  it('are read without keeping the daemon waiting, in the thread that checks', async () => {
    writeFileSync(file, below(...checks('one.pem')));
    const store = trustedBy(await loadConfigFile(file))['a'];
    expect(store).to.deep.equal(trusted(...checks('one.pem'))['a']);
    expect(textOf(store)).to.equal(one.cert);
  });

  it('are warned of where they have no effect', () => {
    const warned = issues(
      '  healthchecks:',
      '    a: { type: http, params: { ca-file: one.pem } }',
      '    b: { type: https, params: { ca-file: one.pem, insecure-skip-verify: true } }',
    );
    expect(warned.slice(1)).to.deep.equal([
      'maglev.yaml:4:41 maglev.healthchecks.a.params.ca-file: has no effect without TLS: that would be type https',
      'maglev.yaml:5:42 maglev.healthchecks.b.params.ca-file: has no effect with insecure-skip-verify: any certificate is accepted',
    ]);
  });
});
