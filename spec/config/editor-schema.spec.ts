import { expect } from 'chai';
import { editorSchema } from '../../config/editor-schema.js';
import { bothVerdicts, missedBySchema } from '../support/both-checkers.js';
import { run } from '../support/process.js';
import { fits } from '../support/schema-validator.js';
import { below } from './config-lines.js';

/** A file of which one value is given. */
const withCheck = (keys: string) => below(`  healthchecks: { c: { ${keys} } }`);
const withBackend = (keys: string) => below(`  backends: { b: { ${keys} } }`);
const withFrontend = (keys: string) =>
  below(
    '  backends: { b: { address: 198.51.100.1 } }',
    `  frontends: { f: { address: 203.0.113.1, pools: [{ name: p, backends: { b: } }], ${keys} } }`,
  );

const taken = [
  ...['5s', '1m30s', '1.5s', '.5s', '1.s', '+2s', '"2s"', '3\u00b5s1h', '3\u03bcs1h'].map((time) =>
    withCheck(`type: icmp, interval: ${time}`),
  ),
  below('  healthchecker:', '  backends:', '  healthchecks: ~'),
  withCheck('type: http, params: , port: 8080'),
  ...['200', '"200"', '200-299', '"200-299,301"', '" 200 - 204 , 301 "'].map((codes) =>
    withCheck(`type: http, params: { response-code: ${codes} }`),
  ),
  withCheck('type: http, params: { response-regexp: "a\\\\d", path: "/a?b=c%20d" }'),
  withBackend('address: "2001:db8::192.0.2.1"'),
  withBackend('address: "2001:DB8::1", enabled: TRUE'),
  withFrontend('protocol: udp, port: 53, description: ""'),
  below('  backends: { "a b/\u00fc\ud83d\ude00": { address: 198.51.100.1 }, 12: { address: 198.51.100.2 } }'),
];

const refused = [
  below('  healthchecker: { transition-history: 0 }'),
  below('  healthchecker: { transition-history: "5" }'),
  below('  healthchecker: { netns: /run/netns/x }'),
  below('  healthchecker: []'),
  below('  backend: {}'),
  ...['5', '1d', '-1s', '1', '5 s', '[1s]', '', '0', 'true'].map((time) =>
    withCheck(`type: icmp, interval: ${time}`),
  ),
  withCheck('type: ping'),
  withCheck('interval: 5s'),
  withCheck('type: icmp, port: 80'),
  withCheck('type: tcp'),
  withCheck('type: http, params: { method: POST }'),
  withCheck('type: http, params: { path: index.html }'),
  withCheck('type: http, params: { response-code: 2xx }'),
  withCheck('type: http, params: { host: 12 }'),
  withBackend('address: localhost'),
  withBackend('address: 192.0.2.256'),
  withBackend('address: 192.0.2.1/24'),
  withBackend('address: 192.0.2.1, enabled: yes'),
  withBackend('enabled: true'),
  below('  backends: { "a\\\\b": { address: 192.0.2.1 } }'),
  below('  backends: { " a": { address: 192.0.2.1 } }'),
  below(`  backends: { ${'x'.repeat(65)}: { address: 192.0.2.1 } }`),
  below('  frontends: { f: { address: 203.0.113.1, pools: [] } }'),
  below(
    '  frontends: { f: { address: 203.0.113.1, pools: [{ name: p, backends: { b: { weight: 101 } } }] } }',
  ),
  withFrontend('port: 65536'),
  withFrontend('protocol: TCP'),
  below('  access: { anonymous: admin }'),
  below('  access: { uids: { root: admin } }'),
];

describe('the JSON Schema of the config', () => {
  it('takes what maglevd takes', () => {
    for (const text of taken) {
      const verdict = bothVerdicts(text);
      expect(verdict.ok ? [] : verdict.issues, text).to.deep.equal([]);
    }
  });

  it('refuses what it can know to be wrong', () => {
    for (const text of refused) {
      expect(bothVerdicts(text).ok, text).to.equal(false);
      expect(missedBySchema(text), text).to.deep.equal([]);
    }
  });

  it('says what it means to leave something out', () => {
    const text = JSON.stringify(editorSchema());
    expect(text).to.include('"default":"2s"');
    expect(text).to.include('"default":1024');
    expect(text).to.include('when it is not written: same as interval');
    expect(fits({ maglev: {} }, editorSchema())).to.equal(true);
  });

  it('is printed by maglevd --schema', async () => {
    const { code, stdout } = await run('maglevd', ['--schema']);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal(editorSchema());
  });
});
