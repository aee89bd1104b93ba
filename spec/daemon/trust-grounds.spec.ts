import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { builtAt, type NodeSetting, trustGrounds } from '../../daemon/trust-grounds.js';
import { Authority } from '../support/certificates.js';
import { recordingLog } from '../support/recording-log.js';

describe('daemon/trust-grounds', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-trust-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const here = (name: string, text?: string) => {
    const file = path.join(folder, name);
    if (text !== undefined) writeFileSync(file, text);
    return file;
  };

  function found({ env = {}, execArgv = [] }: Partial<NodeSetting>, built = 0) {
    const log = recordingLog();
    const grounds = trustGrounds({ env, execArgv }, { clock: new VirtualClock(), log }, built);
    return { trouble: grounds.trouble, told: log.records.map(({ event, fields }) => ({ event, ...fields })) };
  }

  it('finds nothing where nothing is set, or what is set is good', () => {
    const good = here('good.pem', new Authority().cert);
    const nothing = { trouble: null, told: [] };
    expect(found({})).to.deep.equal(nothing);
    expect(found({ env: { NODE_EXTRA_CA_CERTS: '' } })).to.deep.equal(nothing);
    expect(found({ env: { NODE_EXTRA_CA_CERTS: good } })).to.deep.equal(nothing);
    // Node does not look at these unless it is told to.
    expect(found({ env: { SSL_CERT_FILE: '/nowhere', SSL_CERT_DIR: '/nowhere' } })).to.deep.equal(nothing);
  });

  it('names the file of authorities that cannot be used, why, and what to do', () => {
    mkdirSync(here('folder'));
    const cases: [string, RegExp][] = [
      [here('missing.pem'), /^cannot be read: no such file or directory \(ENOENT\)$/],
      [here('empty.pem', ''), /^is empty$/],
      [here('folder'), /^is a directory, not a file$/],
      [here('text.pem', 'hello'), /^has no certificate in it/],
    ];
    for (const [value, why] of cases) {
      const { trouble, told } = found({ env: { NODE_EXTRA_CA_CERTS: value } });
      const [record] = told;
      expect(told).to.have.length(1);
      expect(record).to.include({ event: 'trust-unusable', variable: 'NODE_EXTRA_CA_CERTS', value });
      expect(record).to.have.property('error').that.matches(why);
      expect(record).to.have.property('advice').that.contains('healthchecker.ca-file');
      expect(trouble).to.match(/^NODE_EXTRA_CA_CERTS names \/.*, which (cannot|is|has) /);
    }
  });

  it('looks where OpenSSL does, when Node is told to', () => {
    const env = { SSL_CERT_FILE: here('missing.pem'), SSL_CERT_DIR: `/nowhere:${folder}` };
    const told = (setting: Partial<NodeSetting>) => found(setting).told.map(({ event }) => event);
    here('one.pem', new Authority().cert);
    expect(told({ env, execArgv: ['--use-openssl-ca'] })).to.deep.equal(['trust-unusable']);
    const options = { ...env, NODE_OPTIONS: '--max-old-space-size=99 --use-openssl-ca' };
    expect(found({ env: options }).trouble).to.match(/^SSL_CERT_FILE names /);
    const { trouble } = found({ env: { SSL_CERT_DIR: '/nowhere' }, execArgv: ['--use-system-ca'] });
    expect(trouble).to.equal(
      'SSL_CERT_DIR names /nowhere, which cannot be read: no such file or directory (ENOENT)',
    );
  });

  it('tells of a clock that shows a time before the build', () => {
    const built = Date.parse('2999-01-01T00:00:00Z');
    const { told } = found({}, built);
    expect(told.map(({ event }) => event)).to.deep.equal(['clock-behind']);
    expect(told[0]).to.include({ built: '2999-01-01T00:00:00Z' });
  });

  it('knows when the program was built: by the note of the build, or by the time of the file', () => {
    const program = pathToFileURL(here('program.js', ''));
    utimesSync(program, 1000, 1000);
    expect(builtAt('2026-11-28T05:00:00Z', program)).to.equal(Date.parse('2026-11-28T05:00:00Z'));
    for (const nothing of [null, '', 'soon']) expect(builtAt(nothing, program)).to.equal(1_000_000);
    expect(builtAt()).to.be.within(Date.parse('2020-01-01'), Date.now() + 1000);
  });
});
