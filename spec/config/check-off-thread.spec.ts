import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { checkOffThread } from '../../config/check-off-thread.js';
import { productVersion } from '../../domain/version.js';
import { below } from './config-lines.js';

const installed = path.resolve(import.meta.dirname, '../..');
const text = below('  backends: { a: { address: 198.51.100.1 } }');
const fleet = below(
  '  healthchecks: { web: { type: http, port: 80, interval: 1s, timeout: 500ms } }',
  '  backends:',
  '    a: { address: 198.51.100.1, healthcheck: web }',
  '    b: { address: 198.51.100.2, healthcheck: web, enabled: false }',
  '    c: { address: 198.51.100.3 }',
  '  frontends:',
  '    shop:',
  '      address: 192.0.2.1',
  '      protocol: tcp',
  '      port: 80',
  '      pools:',
  '        - { name: first, backends: { a: { weight: 10 }, b: {} } }',
  '        - { name: spare, backends: { c: { weight: 0 } } }',
);

describe('config/check-off-thread: a package that was replaced under a running daemon', () => {
  /** What is on disk now. */
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(path.join(tmpdir(), 'maglev-installed-'));
    for (const room of ['config', 'domain']) mkdirSync(path.join(disk, room));
    writeFileSync(path.join(disk, 'package.json'), '{"type":"module"}');
    cpSync(path.join(installed, 'config/check-thread.js'), thread());
  });
  afterEach(() => rmSync(disk, { recursive: true }));

  const thread = () => path.join(disk, 'config/check-thread.js');
  const version = (words: string) =>
    writeFileSync(path.join(disk, 'domain/version.js'), `export const productVersion = '${words}';`);
  const check = () => checkOffThread(text, 'm.yaml', null, pathToFileURL(thread()));
  const restart = 'cannot be checked: a part of maglevd is no longer on disk: restart maglevd';

  it('checks with what is on disk when that is what runs', async () => {
    for (const one of [text, fleet, 'maglev: 1\n']) {
      expect(await checkOffThread(one, 'm.yaml')).to.deep.equal({
        kind: 'verdict',
        verdict: checkConfigText(one, 'm.yaml'),
      });
    }
  });

  it('says that the code is gone', async () => {
    expect(await check(), 'without version.js').to.deep.equal({ kind: 'failed', why: restart });
    rmSync(thread());
    expect(await check(), 'without the thread').to.deep.equal({ kind: 'failed', why: restart });
    rmSync(path.join(disk, 'config'), { recursive: true });
    expect(await check(), 'without its folder').to.deep.equal({ kind: 'failed', why: restart });
  });

  it('says that a part of the code is gone', async () => {
    version(productVersion);
    expect(await check()).to.deep.equal({ kind: 'failed', why: restart });
  });

  it('says that another version is on disk, and checks nothing with it', async () => {
    version('9.9.9');
    writeFileSync(path.join(disk, 'config/check.js'), 'throw new Error("it was loaded")');
    expect(await check()).to.deep.equal({
      kind: 'failed',
      why: `cannot be checked: maglevd on disk is another version (9.9.9, and ${productVersion} runs): restart maglevd`,
    });
  });

  for (const [what, code] of [
    ['fails', 'throw new Error("boom")'],
    ['is no code', 'import {'],
    ['lacks what it should have', 'export const other = 1;'],
  ] as const) {
    it(`has an answer when the code ${what}`, async () => {
      version(productVersion);
      writeFileSync(path.join(disk, 'config/check.js'), code);
      const outcome = await check();
      expect(outcome)
        .to.have.property('why')
        .that.matches(/^cannot be checked: .*; if maglevd on disk was replaced, restart it$/);
    });
  }

  it('has an answer when the thread ends without a word', async () => {
    writeFileSync(thread(), 'process.exit(3)');
    expect(await check()).to.deep.equal({
      kind: 'failed',
      why: 'cannot be checked: the thread that checks it ended with code 3',
    });
  });
});
